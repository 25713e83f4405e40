/** What a file of bytes is that lies in the same folders as exports; null for text. */
export function binaryName(head: Uint8Array): string | null {
  const magic = Buffer.from(head.subarray(0, 8)).toString('latin1')
  if (magic.startsWith('!BDN'))
    return 'this is an Outlook data file (PST), no export that Daybook reads'
  if (magic.startsWith('%PDF')) return 'this is a PDF'
  if (magic.startsWith('SQLite')) return 'this is a database file'
  if (magic.startsWith('PAR1')) return 'this is a Parquet file: export the records as JSON or CSV'
  if (magic.startsWith('BZh')) return 'this is a bzip2 file: unpack it first'
  if (magic.startsWith('\xfd7zXZ')) return 'this is an xz file: unpack it first'
  if (magic.startsWith('7z')) return 'this is a 7z archive: unpack it first'
  return head[0] === 0 ? 'this is a binary file, no export' : null
}
