import { KEY } from '../../archive/builders.suite.ts'
import { canonicalJson } from '../../platform/jcs.ts'
import type { FindingCode } from './findings.ts'
import { HEADER, type Package, sha256Hex } from './package.suite.ts'

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
    name: 'all tenants cut out, and what they vouch for',
    codes: ['MANIFEST_UNPROVEN'],
    change: (files) => {
      edit(files, 'manifest.json', (text) => {
        const manifest = JSON.parse(text)
        const { proof: _, ...counts } = manifest.counts
        return JSON.stringify({
          ...manifest,
          tenants: [],
          proofs: false,
          counts: { ...counts, proof: 0 },
          files: manifest.files.filter(({ path }: { path: string }) => path !== 'proofs.jsonl'),
        })
      })
      files.set('manifest-proofs.jsonl', Buffer.from(''))
      files.delete('proofs.jsonl')
    },
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
