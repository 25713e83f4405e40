import { toHex } from './bytes.ts'
import type { Findings } from './findings.ts'
import { LINE_FEED } from './lines.ts'
import { Numbers } from './numbers.ts'
import { type PackageFile, PackageError } from './package-file.ts'
import { isUnlisted, type PackageManifest, PROOFS, RECORDS } from './package-manifest.ts'
import type { Pace } from './progress.ts'
import { Sha256 } from './sha256.ts'

/** Left by an operating system when somebody looks into a folder: no part of an export, and no sign of a change. */
const LEFT_BY_SYSTEMS = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$|^__MACOSX\//i

/** What reading all files has shown. */
export interface FilesChecked {
  readonly intact: number
  readonly bytes: number
  /** Where each line of records.jsonl ends, its line feed not counted. */
  readonly recordEnds: Numbers
  /** Files that were passed over. */
  readonly ignored: readonly string[]
}

/** Compares every file with the manifest: sizes, hashes, nothing missing, nothing more, and the lines that are counted. */
export async function checkFiles(
  files: ReadonlyMap<string, PackageFile>,
  { files: listed }: PackageManifest,
  findings: Findings,
  pace: Pace,
): Promise<FilesChecked> {
  const recordEnds = new Numbers()
  let [intact, bytes] = [0, 0]
  pace.begin(
    'Reading the files',
    listed.reduce((sum, one) => sum + one.bytes, 0),
  )
  for (const { path, bytes: size, sha256, rows } of listed) {
    const file = files.get(path)
    if (file === undefined) {
      findings.add('FILE_MISSING', `${path} is not in the package.`, { file: path })
      continue
    }
    bytes += file.size
    const ends = path === RECORDS ? recordEnds : path === PROOFS ? new Numbers() : undefined
    const hash = await hashOf(file, ends, findings, pace)
    if (hash === undefined) continue
    if (hash === sha256 && file.size === size) intact += 1
    else
      findings.add(
        'FILE_CHANGED',
        file.size === size
          ? `${path} has the size that was exported, but other content.`
          : `${path} has ${file.size} bytes; ${size} were exported.`,
        { file: path },
      )
    if (ends !== undefined && rows !== null && ends.length !== rows)
      findings.add('COUNT_DIFFERS', `${path} has ${ends.length} lines; ${rows} were exported.`, {
        file: path,
      })
  }
  return { intact, bytes, recordEnds, ignored: findExtra(files, listed, findings) }
}

function findExtra(
  files: ReadonlyMap<string, PackageFile>,
  listed: PackageManifest['files'],
  findings: Findings,
): string[] {
  const expected = new Set(listed.map(({ path }) => path))
  const extra = [...files.keys()].filter((path) => !expected.has(path) && !isUnlisted(path))
  for (const file of extra.filter((path) => !LEFT_BY_SYSTEMS.test(path)))
    findings.add('FILE_EXTRA', `${file} is in the package, but not part of the export.`, { file })
  return extra.filter((path) => LEFT_BY_SYSTEMS.test(path))
}

function findLineFeeds(chunk: Uint8Array, offset: number, ends: Numbers): void {
  for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1))
    ends.push(offset + at)
}

/** SHA-256 of a file in hex; where its lines end goes to `ends`. Undefined when it cannot be read. */
async function hashOf(
  file: PackageFile,
  ends: Numbers | undefined,
  findings: Findings,
  pace: Pace,
): Promise<string | undefined> {
  const hash = new Sha256()
  let length = 0
  try {
    for await (const chunk of file.chunks()) {
      hash.update(chunk)
      if (ends !== undefined) findLineFeeds(chunk, length, ends)
      length += chunk.length
      await pace.advance(chunk.length)
    }
  } catch (error) {
    if (!(error instanceof PackageError)) throw error
    findings.add(error.code, error.message, { file: file.path })
    return undefined
  }
  if (ends && length > (ends.at(ends.length - 1) ?? -1) + 1) ends.push(length)
  return toHex(hash.digest())
}
