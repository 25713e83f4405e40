import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import yazl from 'yazl'
import { KEY, NOON, TENANT } from '../../archive/builders.suite.ts'
import { encodeFrames } from '../../archive/frames.ts'
import { keyFromSeed } from '../../archive/keys.ts'
import { decodeLine, encodeLine, rawOf } from '../../archive/line.ts'
import { proveInclusion } from '../../archive/log-files.ts'
import { toBase64 } from '../../archive/base64.ts'
import { proveRecord } from '../../archive/proof.ts'
import { openReader } from '../../archive/reader.ts'
import { openWriter } from '../../archive/writer.ts'
import { localFiles } from '../../platform/files.ts'
import { canonicalJson } from '../../platform/jcs.ts'

// An export package, made by hand from a real archive as docs/spec/export-format.md says.

export const OTHER_KEY = keyFromSeed(TENANT, Buffer.alloc(32, 8))
export const OTHER_TENANT = keyFromSeed('fabrikam', Buffer.alloc(32, 9))
export const PUBLIC_KEY = KEY.vkey
export const FINGERPRINT = createHash('sha256').update(KEY.vkey).digest('hex')

/** The files of a package by path. */
export type Package = Map<string, Buffer>

/** The header line of rows-1.csv. */
export const HEADER = 'CreationDate,UserIds,Operations,AuditData'

/** What was served: lines, a row of a CSV file with a line feed in it, a pretty-printed text, bytes that are no UTF-8. */
export function texts(count: number): Buffer[] {
  const lines = Array.from({ length: count }, (_, n) =>
    Buffer.from(`{"UserId":"avery@contoso.com","n":${n},"Prompt":"<b>Grüße \u{1f600}</b>"}`),
  )
  return [
    ...lines,
    Buffer.from('2026-03-06,avery@contoso.com,CopilotInteraction,"{""a"":\n1}"'),
    Buffer.from('2026-03-06,blair@contoso.com,CopilotInteraction,{}'),
    Buffer.from('{\n  "UserId": "casey@contoso.com"\n}'),
    Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  ]
}

interface PackageOptions {
  readonly count?: number
  readonly key?: typeof KEY
  readonly proofs?: boolean
  readonly data?: string
}

export async function aPackage(options: PackageOptions = {}): Promise<Package> {
  const root = mkdtempSync(join(tmpdir(), 'daybook-'))
  try {
    return await packageIn(join(root, TENANT), options)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function packageIn(
  directory: string,
  {
    count = 40,
    key = KEY,
    proofs = true,
    data = 'id,user\r\n"1","avery@contoso.com"\r\n',
  }: PackageOptions,
): Promise<Package> {
  const served = texts(count)
  const open = async () =>
    openWriter({ directory, key, epoch: 1, software: 'test', clock: { now: () => NOON } })
  const writer = await open()
  // Two segments, so that proofs lead through two trees.
  const half = Math.floor(served.length / 2)
  for (const from of [0, half]) {
    const part = served.slice(from, from === 0 ? half : undefined)
    await writer.append({
      stream: 'records',
      class: 'default',
      quarter: '2026-q1',
      first: from,
      frames: encodeFrames(part.map((raw, at) => aLine(from + at, raw))),
    })
    await writer.seal()
  }
  const checkpoint = writer.checkpoint()
  const reader = await openReader(directory)
  const files: Package = new Map()
  files.set('data-dictionary.md', Buffer.from('# What the fields mean\n'))
  files.set('items.csv', Buffer.from(data))
  files.set('verify.html', Buffer.from('<!doctype html>'))
  const records: Buffer[] = []
  const rows: Buffer[] = [Buffer.from(`${HEADER}\n`)]
  const lines: string[] = []
  for (const [sequence, raw] of proofs ? served.entries() : []) {
    const { proof, line } = await proveRecord(reader, sequence)
    const { raw: _raw, rawBase64: _rawBase64, ...envelope } = decodeLine(line)
    let place: object
    if (sequence < count) {
      records.push(raw, Buffer.from('\n'))
      place = { file: 'records.jsonl', line: records.length / 2 }
    } else if (sequence < count + 2) {
      place = { file: 'rows-1.csv', offset: Buffer.concat(rows).length, length: raw.length }
      rows.push(raw, Buffer.from('\n'))
    } else {
      const file = `records/${sequence}.${sequence === count + 2 ? 'json' : 'bin'}`
      files.set(file, rawOf(decodeLine(line)))
      place = { file }
    }
    lines.push(`${JSON.stringify({ tenant: TENANT, sequence, place, envelope, proof })}\n`)
  }
  if (proofs) {
    files.set('records.jsonl', Buffer.concat(records))
    files.set('rows-1.csv', Buffer.concat(rows))
    files.set('proofs.jsonl', Buffer.from(lines.join('')))
  }
  const counted: Record<string, number> = {
    'items.csv': 1,
    'records.jsonl': records.length / 2,
    'rows-1.csv': 2,
    'proofs.jsonl': lines.length,
  }
  const manifest = {
    version: 1,
    product: 'daybook/0.1.0',
    export: '0123456789abcdef0123456789abcdef',
    createdAt: NOON.toISOString(),
    createdBy: 'local:avery',
    purpose: 'Examination 2026-17',
    tenants: [
      { tenant: TENANT, publicKey: key.vkey, checkpoint: checkpoint.text, records: lines.length },
    ],
    query: {
      text: ['user:avery@contoso.com'],
      explained: 'user:"avery@contoso.com"',
      from: '2026-01-01T00:00:00.000Z',
      to: null,
    },
    unit: 'item',
    format: 'csv',
    raw: false,
    proofs,
    fields: ['id', 'user'],
    timeZone: 'UTC',
    counts: { item: 1, record: served.length, proof: lines.length, leftOut: {} },
    state: { complete: true, behind: 0, text: 'The index covered everything that was archived.' },
    minimised: [],
    changes: [
      {
        code: 'FORMULA_DEFUSED',
        count: 2,
        file: 'items.csv',
        how: 'Cells that a spreadsheet would run begin with an apostrophe.',
      },
    ],
    files: [...files]
      .map(([path, bytes]) => ({
        path,
        bytes: bytes.length,
        sha256: sha256Hex(bytes),
        rows: counted[path] ?? null,
      }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    limits: ['Audit records of Copilot do not contain the text of prompts and answers.'],
  }
  const bytes = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)
  const index = await writer.appendEntry('export', {
    at: NOON.toISOString(),
    counts: { item: 1, record: served.length, proof: lines.length },
    export: manifest.export,
    files: manifest.files.length,
    manifestSha256: createHash('sha256').update(bytes).digest('base64'),
    tenant: TENANT,
  })
  files.set('manifest.json', bytes)
  files.set('manifest-proofs.jsonl', Buffer.from(await manifestProof(directory, index)))
  await writer.close()
  return files
}

export const sha256Hex = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

function aLine(sequence: number, raw: Buffer): string {
  const isText = Buffer.from(raw.toString('utf8')).equals(raw)
  return encodeLine({
    tenant: TENANT,
    sequence,
    namespace: 'audit',
    id: `id-${sequence}`,
    source: 'export-files',
    container: 'c-1',
    range: [sequence * 100, sequence * 100 + 100],
    receivedAt: NOON.toISOString(),
    salt: Buffer.alloc(16, sequence).toString('base64url'),
    ...(isText ? { raw: raw.toString('utf8') } : { rawBase64: raw.toString('base64') }),
  })
}

async function manifestProof(directory: string, index: number): Promise<string> {
  const reader = await openReader(directory)
  const checkpoint = reader.checkpoint()
  if (checkpoint === undefined) throw new Error('the archive has no checkpoint')
  const path = await proveInclusion(localFiles, directory, index, checkpoint.size)
  for await (const entry of reader.entries(index)) {
    const proof = [
      'c2sp.org/tlog-proof@v1',
      `index ${index}`,
      ...path.map(toBase64),
      '',
      checkpoint.text,
    ].join('\n')
    const text = Buffer.from(entry.bytes).toString()
    return `${canonicalJson({ tenant: TENANT, entry: text, proof })}\n`
  }
  throw new Error('the log has no such entry')
}

/** A package as a ZIP, as it is written by a program that streams. */
export async function zipped(
  files: Package,
  compress = true,
  forceZip64Format = false,
): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  for (const [path, bytes] of files) zip.addBuffer(bytes, path, { compress })
  zip.end({ forceZip64Format, comment: '' })
  const parts: Buffer[] = []
  for await (const part of zip.outputStream) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}
