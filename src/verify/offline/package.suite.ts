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
import type { FindingCode } from './findings.ts'

// An export package, made by hand from a real archive as docs/spec/export-format.md says; and ways to break one.

export const OTHER_KEY = keyFromSeed(TENANT, Buffer.alloc(32, 8))
export const OTHER_TENANT = keyFromSeed('fabrikam', Buffer.alloc(32, 9))
export const PUBLIC_KEY = KEY.vkey
export const FINGERPRINT = createHash('sha256').update(KEY.vkey).digest('hex')

/** The files of a package by path. */
export type Package = Map<string, Buffer>

const HEADER = 'CreationDate,UserIds,Operations,AuditData'

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

const sha256Hex = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

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

/** Ways to break a package, and the codes that a verifier must report for it: these and no others. */
export const BROKEN: readonly {
  readonly name: string
  readonly codes: readonly FindingCode[]
  readonly change: (files: Package) => void
}[] = [
  {
    name: 'a data file changed by one bit',
    codes: ['FILE_CHANGED'],
    change: (files) => flip(files, 'items.csv', 12),
  },
  {
    name: 'the page itself changed by one bit',
    codes: ['FILE_CHANGED'],
    change: (files) => flip(files, 'verify.html', 2),
  },
  {
    name: 'a record changed by one bit',
    codes: ['FILE_CHANGED', 'RECORD_DIFFERS'],
    change: (files) => flip(files, 'records.jsonl', 12),
  },
  {
    name: 'a row changed by one bit',
    codes: ['FILE_CHANGED', 'RECORD_DIFFERS'],
    change: (files) => flip(files, 'rows-1.csv', HEADER.length + 5),
  },
  {
    name: 'a record of its own file changed by one bit',
    codes: ['FILE_CHANGED', 'RECORD_DIFFERS'],
    change: (files) => flip(files, 'records/43.bin', 2),
  },
  {
    name: 'a missing file',
    codes: ['FILE_MISSING'],
    change: (files) => files.delete('items.csv'),
  },
  {
    name: 'a missing record',
    codes: ['FILE_MISSING', 'RECORD_MISSING'],
    change: (files) => files.delete('records/42.json'),
  },
  {
    name: 'missing proofs',
    codes: ['FILE_MISSING', 'RECORD_UNPROVEN', 'COUNT_DIFFERS'],
    change: (files) => files.delete('proofs.jsonl'),
  },
  {
    name: 'a file too many',
    codes: ['FILE_EXTRA'],
    change: (files) => files.set('notes.txt', Buffer.from('hello')),
  },
  {
    name: 'a record slipped in',
    codes: ['FILE_EXTRA'],
    change: (files) => files.set('records/999.json', Buffer.from('{}')),
  },
  {
    name: 'a line slipped in',
    codes: ['FILE_CHANGED', 'COUNT_DIFFERS', 'RECORD_UNPROVEN'],
    change: (files) => edit(files, 'records.jsonl', (text) => `${text}{"n":999}\n`),
  },
  {
    name: 'a row slipped in',
    codes: ['FILE_CHANGED', 'RECORD_UNPROVEN'],
    change: (files) => edit(files, 'rows-1.csv', (text) => `${text}a,b,c,d\n`),
  },
  {
    name: 'a line taken out',
    codes: ['FILE_CHANGED', 'COUNT_DIFFERS', 'RECORD_DIFFERS', 'RECORD_MISSING'],
    change: (files) => edit(files, 'records.jsonl', (text) => text.replace(/.*"n":20.*\n/, '')),
  },
  {
    name: 'the path of a proof in the log changed',
    codes: ['FILE_CHANGED', 'PROOF_NOT_IN_LOG'],
    change: (files) =>
      editProof(files, 5, (proof) => proof.replace(/(\nindex \d+\n)(.)/, changeLetter)),
  },
  {
    name: 'the place of a proof in its segment changed',
    codes: ['FILE_CHANGED', 'RECORD_DIFFERS'],
    change: (files) => editInner(files, 5, (inner) => ({ ...inner, line: 6 })),
  },
  {
    name: 'the segment of a proof changed',
    codes: ['FILE_CHANGED', 'PROOF_NOT_IN_LOG'],
    change: (files) =>
      editInner(files, 5, (inner) => ({
        ...inner,
        manifest: String(inner['manifest']).replace('"epoch":1', '"epoch":2'),
      })),
  },
  {
    name: 'a proof that is none',
    codes: ['FILE_CHANGED', 'PROOF_MALFORMED', 'RECORD_UNPROVEN'],
    change: (files) => editProof(files, 5, () => 'trust me'),
  },
  {
    name: 'the proofs of two records swapped',
    codes: ['FILE_CHANGED', 'RECORD_DIFFERS'],
    change: (files) => {
      const lines = proofLines(files)
      const [one, two] = [lines[3]?.['proof'], lines[4]?.['proof']]
      setProofLines(
        files,
        lines.with(3, { ...lines[3], proof: two }).with(4, { ...lines[4], proof: one }),
      )
    },
  },
  {
    name: 'the places of two records swapped',
    codes: ['FILE_CHANGED', 'RECORD_DIFFERS'],
    change: (files) => {
      const lines = proofLines(files)
      const [one, two] = [lines[3]?.['place'], lines[4]?.['place']]
      setProofLines(
        files,
        lines.with(3, { ...lines[3], place: two }).with(4, { ...lines[4], place: one }),
      )
    },
  },
  {
    name: 'proofs in another order',
    codes: ['FILE_CHANGED'],
    change: (files) => setProofLines(files, proofLines(files).toReversed()),
  },
  {
    name: 'one record proven twice, another not',
    codes: ['FILE_CHANGED', 'PROOF_REPEATED', 'RECORD_UNPROVEN'],
    change: (files) => {
      const lines = proofLines(files)
      setProofLines(files, lines.with(4, lines[3] ?? {}))
    },
  },
  {
    name: 'a record under the number of another',
    codes: ['FILE_CHANGED', 'PROOF_REPEATED', 'RECORD_UNPROVEN'],
    change: (files) => {
      const lines = proofLines(files)
      setProofLines(files, lines.with(4, { ...lines[4], sequence: 3 }))
    },
  },
  {
    name: 'a proof left out',
    codes: ['FILE_CHANGED', 'COUNT_DIFFERS', 'RECORD_UNPROVEN'],
    change: (files) => setProofLines(files, proofLines(files).toSpliced(4, 1)),
  },
  {
    name: 'a manifest that says something else',
    codes: ['MANIFEST_CHANGED'],
    change: (files) =>
      edit(files, 'manifest.json', (text) => text.replace('Examination', 'Inspection')),
  },
  {
    name: 'a data file changed together with its hash',
    codes: ['MANIFEST_CHANGED'],
    change: (files) => {
      const before = sha256Hex(files.get('items.csv') ?? Buffer.of())
      flip(files, 'items.csv', 12)
      const after = sha256Hex(files.get('items.csv') ?? Buffer.of())
      edit(files, 'manifest.json', (text) => text.replace(before, after))
    },
  },
  {
    name: 'a checkpoint replaced by one that the key did not sign',
    codes: ['MANIFEST_CHANGED', 'CHECKPOINT_INVALID', 'PROOF_MALFORMED', 'RECORD_UNPROVEN'],
    change: (files) =>
      edit(files, 'manifest.json', (text) => text.replace(/(daybook\/contoso\\n)\d+/, '$199')),
  },
  {
    name: 'no proof of the manifest',
    codes: ['MANIFEST_UNPROVEN'],
    change: (files) => files.delete('manifest-proofs.jsonl'),
  },
  {
    name: 'a proof of the manifest with another signature',
    codes: ['MANIFEST_PROOF_INVALID'],
    change: (files) =>
      edit(files, 'manifest-proofs.jsonl', (text) =>
        text.replace(/(contoso [A-Za-z0-9+/]{20})(.)/, changeLetter),
      ),
  },
  {
    name: 'a manifest proof whose entry says something else',
    codes: ['MANIFEST_PROOF_INVALID'],
    change: (files) =>
      edit(files, 'manifest-proofs.jsonl', (text) => text.replace('record\\":44', 'record\\":45')),
  },
  {
    name: 'no manifest',
    codes: ['MANIFEST_MISSING'],
    change: (files) => files.delete('manifest.json'),
  },
  {
    name: 'a manifest that is cut off',
    codes: ['MANIFEST_INVALID'],
    change: (files) => edit(files, 'manifest.json', (text) => text.slice(0, -20)),
  },
  {
    name: 'a manifest of another version',
    codes: ['MANIFEST_INVALID'],
    change: (files) =>
      edit(files, 'manifest.json', (text) => text.replace('"version": 1', '"version": 2')),
  },
  {
    name: 'a manifest with a path out of the package',
    codes: ['MANIFEST_INVALID'],
    change: (files) =>
      edit(files, 'manifest.json', (text) =>
        text.replace('"path": "items.csv"', '"path": "../items.csv"'),
      ),
  },
  {
    name: 'a manifest with a key that is none',
    codes: ['KEY_INVALID', 'PROOF_NOT_IN_LOG'],
    change: (files) =>
      edit(files, 'manifest.json', (text) => text.replace(KEY.vkey, 'daybook/contoso+0+x')),
  },
]

type Line = Readonly<Record<string, unknown>>

function proofLines(files: Package): Line[] {
  const text = files.get('proofs.jsonl')?.toString() ?? ''
  return text
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line))
}

function setProofLines(files: Package, lines: readonly Line[]): void {
  files.set('proofs.jsonl', Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')))
}

function editProof(files: Package, at: number, change: (proof: string) => string): void {
  const lines = proofLines(files)
  setProofLines(
    files,
    lines.with(at, { ...lines[at], proof: change(String(lines[at]?.['proof'])) }),
  )
}

/** Changes Daybook's own part of a proof. */
function editInner(files: Package, at: number, change: (inner: Line) => Line): void {
  editProof(files, at, (proof) =>
    proof.replace(/\nextra (\S+)/, (_line, encoded: string) => {
      const inner: Line = JSON.parse(Buffer.from(encoded, 'base64').toString())
      return `\nextra ${Buffer.from(canonicalJson(change(inner))).toString('base64')}`
    }),
  )
}

function edit(files: Package, path: string, change: (text: string) => string): void {
  const before = files.get(path)?.toString() ?? ''
  const after = change(before)
  if (after === before) throw new Error(`nothing was changed in ${path}`)
  files.set(path, Buffer.from(after))
}

const changeLetter = (_all: string, before: string, letter: string): string =>
  `${before}${letter === 'A' ? 'B' : 'A'}`

function flip(files: Package, path: string, at: number): void {
  const bytes = Buffer.from(files.get(path) ?? [])
  bytes[at] = (bytes[at] ?? 0) ^ 1
  files.set(path, bytes)
}
