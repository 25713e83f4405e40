// Writes test/vectors/archive: small archives, good and broken, each with the findings that a verifier must report.
// The same bytes on every run: fixed key (published here, so worth nothing), fixed salts, fixed clock.
// Usage: node tools/make-archive-vectors.ts
import { hash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { localFiles } from '../src/platform/files.ts'
import { append, aWriter, KEY, NOON, TENANT } from '../src/archive/builders.suite.ts'
import { signCheckpoint } from '../src/archive/checkpoint.ts'
import { encodeFrames, linesOf, openFrame } from '../src/archive/frames.ts'
import { keyFromSeed } from '../src/archive/keys.ts'
import { encodeDisposed } from '../src/archive/line.ts'
import { LogWriter } from '../src/archive/log-writer.ts'
import { encodeEntry, encodeManifest } from '../src/archive/manifest.ts'
import { hashAt, leafHash } from '../src/archive/merkle.ts'
import { OpenSegment } from '../src/archive/open-segment.ts'
import { RecordTree } from '../src/archive/record-tree.ts'
import {
  encodeGroup,
  encodeHeader,
  firstChain,
  parseHeader,
  walkGroups,
} from '../src/archive/segment-file.ts'
import { encodeTable } from '../src/archive/segment-table.ts'
import { headerChain } from '../src/archive/inspect.ts'
import { aRecord } from '../src/archive/builders.suite.ts'
import { verifyArchive } from '../src/verify/verify.ts'

const ROOT = fileURLToPath(new URL('../test/vectors/archive/', import.meta.url))
const FIRST = 'segments/default/2026-q1/r000000000000-000001.zst'
const SECOND = 'segments/default/2026-q1/r000000000070-000001.zst'

interface Vector {
  readonly name: string
  readonly what: string
  /** Object and code of every finding, in any order. */
  readonly findings: readonly (readonly [object: string, finding: string])[]
  readonly make: (directory: string) => Promise<void>
  readonly since?: () => string
}

const file = (directory: string, path: string): Buffer => readFileSync(join(directory, path))

function put(directory: string, path: string, bytes: Buffer | string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true })
  rmSync(join(directory, path), { force: true })
  writeFileSync(join(directory, path), bytes)
}

function flip(directory: string, path: string, at?: number): void {
  const bytes = file(directory, path)
  const place = at ?? bytes.length >> 1
  bytes[place] = (bytes[place] ?? 0) ^ 1
  put(directory, path, bytes)
}

/** Two sealed segments of records, one of activity, an open segment, five entries. */
async function small(directory: string): Promise<void> {
  const writer = await aWriter(directory)
  await append(writer, 70)
  await writer.seal()
  await append(writer, 5)
  await writer.seal()
  await append(writer, 2, { stream: 'activity' })
  await writer.seal()
  await writer.appendEntry('coverage', { source: 'export-files', read: 75 })
  await append(writer, 3, { quarter: '2026-q2' })
  await append(writer, 2, { quarter: '2026-q2' })
  await writer.close({ seal: false })
}

const OPEN = 'open/r000000000075-000001.open'

async function later(directory: string): Promise<void> {
  const writer = await aWriter(directory)
  await writer.close({ seal: false })
}

/** A log of 300 entries: full and partial tiles on two levels. */
async function many(directory: string): Promise<void> {
  const log = await LogWriter.open(localFiles, directory, KEY)
  const entries = Array.from({ length: 300 }, (_, hour) =>
    encodeEntry('coverage', { tenant: TENANT, epoch: 1, at: NOON.toISOString(), hour }),
  )
  await log.append(entries)
}

/** Replaces the line of one record in the first segment by its leaf hash. */
function erase(directory: string, sequence: number): { old: Buffer; replacement: Buffer } {
  const old = file(directory, FIRST)
  const start = parseHeader(old)
  if (start === undefined) throw new Error('no header')
  const walk = walkGroups(old.subarray(start.end), start.end, headerChain(old, start.end))
  const lines = walk.groups
    .flatMap(({ frames }) => frames)
    .flatMap((place) =>
      linesOf(
        openFrame(
          old.subarray(place.offset, place.offset + place.length),
          place.rawBytes,
          place.count,
        ),
      ),
    )
  const leaves = lines.map((line) => leafHash(line))
  const kept = lines.map((line, at) =>
    at === sequence ? encodeDisposed(hashAt(Buffer.concat(leaves), at), at, TENANT) : line,
  )
  const header = encodeHeader(start.header)
  const frames = encodeFrames(kept)
  const group = encodeGroup(frames, firstChain(header))
  const tree = new RecordTree()
  tree.add(Buffer.concat(leaves))
  let offset = header.length
  const places = frames.map(({ bytes, rawBytes, count }) => {
    const place = { offset, length: bytes.length, rawBytes, count }
    offset += bytes.length
    return place
  })
  const table = encodeTable(places, tree.blocks())
  return { old, replacement: Buffer.concat([header, group.bytes, table]) }
}

const sha256 = (bytes: Buffer): string => hash('sha256', bytes, 'base64')

async function announce(
  directory: string,
  old: Buffer,
  replacement: Buffer | undefined,
): Promise<void> {
  const writer = await aWriter(directory)
  await writer.appendEntry('disposition', {
    segment: 'r000000000000-000001',
    sha256: sha256(old),
    ...(replacement
      ? { replacement: { sha256: sha256(replacement), bytes: replacement.length } }
      : {}),
  })
  await writer.close({ seal: false })
}

async function withGap(directory: string): Promise<void> {
  const writer = await aWriter(directory)
  await append(writer, 3)
  await writer.close()
  const segment = new OpenSegment(localFiles, directory, {
    v: 1,
    kind: 'segment',
    segment: 'r000000000010-000001',
    tenant: TENANT,
    class: 'default',
    quarter: '2026-q1',
    first: 10,
    epoch: 1,
    openedAt: NOON.toISOString(),
  })
  await segment.append(encodeFrames([aRecord(10), aRecord(11)]))
  const manifest = await segment.seal(NOON)
  const log = await LogWriter.open(localFiles, directory, KEY)
  await log.append([encodeManifest(manifest)])
  await segment.forget()
}

const changed =
  (change: (directory: string) => void | Promise<void>) =>
  async (directory: string): Promise<void> => {
    await small(directory)
    await change(directory)
  }

const VECTORS: readonly Vector[] = [
  {
    name: 'good-small',
    what: 'two sealed segments, one of activity, one open',
    findings: [],
    make: small,
  },
  {
    name: 'good-empty',
    what: 'a log with the writer\u2019s start only',
    findings: [],
    make: later,
  },
  {
    name: 'good-many-entries',
    what: '300 entries: full and partial tiles on two levels',
    findings: [],
    make: many,
  },
  {
    name: 'good-disposed-record',
    what: 'record 3 was erased: its line is its leaf hash, and a disposition names old and new file',
    findings: [],
    make: changed(async (directory) => {
      const { old, replacement } = erase(directory, 3)
      put(directory, FIRST, replacement)
      await announce(directory, old, replacement)
    }),
  },
  {
    name: 'good-disposed-segment',
    what: 'the first segment was disposed of as a whole',
    findings: [],
    make: changed(async (directory) => {
      const old = file(directory, FIRST)
      rmSync(join(directory, FIRST))
      await announce(directory, old, undefined)
    }),
  },
  {
    name: 'good-unfinished-write',
    what: 'bytes of an unfinished group at the end of the open segment: never acknowledged, no finding',
    findings: [],
    make: changed((directory) => {
      const [frame] = encodeFrames([aRecord(80)])
      put(
        directory,
        OPEN,
        Buffer.concat([file(directory, OPEN), (frame?.bytes ?? Buffer.alloc(0)).subarray(0, 50)]),
      )
    }),
  },
  {
    name: 'flipped-record',
    what: 'one bit of a sealed segment',
    findings: [[FIRST, 'SEGMENT_CHANGED']],
    make: changed((directory) => flip(directory, FIRST)),
  },
  {
    name: 'truncated-segment',
    what: 'the end of a sealed segment is missing',
    findings: [[FIRST, 'SEGMENT_CHANGED']],
    make: changed((directory) => put(directory, FIRST, file(directory, FIRST).subarray(0, 500))),
  },
  {
    name: 'removed-segment',
    what: 'a sealed segment is missing',
    findings: [[SECOND, 'SEGMENT_MISSING']],
    make: changed((directory) => rmSync(join(directory, SECOND))),
  },
  {
    name: 'swapped-segments',
    what: 'two sealed segments have changed places',
    findings: [
      [FIRST, 'SEGMENT_SWAPPED'],
      [SECOND, 'SEGMENT_SWAPPED'],
    ],
    make: changed((directory) => {
      const [first, second] = [file(directory, FIRST), file(directory, SECOND)]
      put(directory, FIRST, second)
      put(directory, SECOND, first)
    }),
  },
  {
    name: 'erased-without-disposition',
    what: 'a replacement for a segment that no disposition announces',
    findings: [[FIRST, 'SEGMENT_CHANGED']],
    make: changed((directory) => put(directory, FIRST, erase(directory, 3).replacement)),
  },
  {
    name: 'wrong-disposition',
    what: 'a disposition of a file that the segment never was',
    findings: [['log#6', 'DISPOSITION_INVALID']],
    make: changed((directory) => announce(directory, Buffer.from('another file'), undefined)),
  },
  {
    name: 'changed-entry',
    what: 'one bit of an entry bundle',
    findings: [['log/tile/entries/000.p/5', 'BUNDLE_CHANGED']],
    make: changed((directory) => flip(directory, 'log/tile/entries/000.p/5')),
  },
  {
    name: 'changed-tile',
    what: 'one bit of a tile',
    findings: [['log/tile/0/000.p/5', 'TILE_CHANGED']],
    make: changed((directory) => flip(directory, 'log/tile/0/000.p/5')),
  },
  {
    name: 'removed-tile',
    what: 'a tile is missing',
    findings: [['log/tile/1/000.p/1', 'TILE_MISSING']],
    make: async (directory) => {
      await many(directory)
      rmSync(join(directory, 'log/tile/1/000.p/1'))
    },
  },
  {
    name: 'changed-checkpoint',
    what: 'one bit of the checkpoint\u2019s root',
    findings: [['log/checkpoint', 'CHECKPOINT_INVALID']],
    make: changed((directory) => flip(directory, 'log/checkpoint', 25)),
  },
  {
    name: 'older-checkpoint',
    what: 'an older checkpoint was put back, nothing else',
    findings: [['log/checkpoint', 'CHECKPOINT_BEHIND']],
    make: async (directory) => {
      await later(directory)
      const older = file(directory, 'log/checkpoint')
      await later(directory)
      put(directory, 'log/checkpoint', older)
    },
  },
  {
    name: 'future-checkpoint',
    what: 'a checkpoint from a copy that went on, nothing else',
    findings: [['log/checkpoint', 'CHECKPOINT_AHEAD']],
    make: changed(async (directory) => {
      const copy = join(directory, '../../copy', TENANT)
      cpSync(directory, copy, { recursive: true })
      await later(copy)
      put(directory, 'log/checkpoint', file(copy, 'log/checkpoint'))
      rmSync(dirname(copy), { recursive: true })
    }),
  },
  {
    name: 'forked-checkpoint',
    what: 'a checkpoint of the right size and key with another root',
    findings: [['log/checkpoint', 'CHECKPOINT_ROOT']],
    make: changed((directory) =>
      put(directory, 'log/checkpoint', signCheckpoint(KEY, 5, Buffer.alloc(32, 1)).text),
    ),
  },
  {
    name: 'another-key',
    what: 'the whole log was made with another key than the one handed out',
    findings: [
      ['log/vkey', 'KEY_DIFFERS'],
      ['log/checkpoint', 'CHECKPOINT_INVALID'],
    ],
    make: async (directory) => {
      const writer = await aWriter(directory, { key: keyFromSeed(TENANT, Buffer.alloc(32, 9)) })
      await append(writer, 2)
      await writer.close()
    },
  },
  {
    name: 'sequence-gap',
    what: 'records 3 to 9 are in no segment of the log',
    findings: [['segments/default/2026-q1/r000000000010-000001.zst', 'SEQUENCE_GAP']],
    make: withGap,
  },
  {
    name: 'changed-open-segment',
    what: 'one bit of a recorded group of the open segment',
    findings: [[OPEN, 'OPEN_DAMAGED']],
    make: changed((directory) => flip(directory, OPEN)),
  },
  {
    name: 'unlogged-segment',
    what: 'a segment is sealed but not in the log',
    findings: [['segments/default/2026-q1/r000000000000-000001.zst', 'SEGMENT_UNLOGGED']],
    make: async (directory) => {
      const copy = join(directory, '../../copy', TENANT)
      await small(copy)
      await later(directory)
      put(directory, FIRST, file(copy, FIRST))
      rmSync(dirname(copy), { recursive: true })
    },
  },
  {
    name: 'stray-and-temporary-files',
    what: 'files that do not belong to an archive',
    findings: [
      ['notes.txt', 'STRAY_FILE'],
      ['segments/default/2026-q1/r000000000007-000001.zst', 'STRAY_FILE'],
      ['tmp/log', 'TEMPORARY_FILE'],
    ],
    make: changed((directory) => {
      put(directory, 'notes.txt', 'x')
      put(directory, 'segments/default/2026-q1/r000000000007-000001.zst', 'x')
      put(directory, 'tmp/log', 'x')
    }),
  },
]

const byObject = (a: { object: string }, b: { object: string }): number =>
  a.object < b.object ? -1 : 1

async function write({ name, what, findings, make }: Vector): Promise<void> {
  const folder = join(ROOT, name)
  const directory = join(folder, 'archive', TENANT)
  await make(directory)
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (statSync(join(folder, path)).isFile()) chmodSync(join(folder, path), 0o644)
  const report = await verifyArchive(folder, { publicKey: KEY.vkey })
  const found = report.findings.map(({ object, finding }) => ({ object, finding }))
  const expected = findings.map(([object, finding]) => ({ object: `${TENANT}/${object}`, finding }))
  const [actual, wanted] = [found, expected].map((list) => JSON.stringify(list.toSorted(byObject)))
  if (actual !== wanted) throw new Error(`${name}: found ${actual}, wanted ${wanted}`)
  const { records, activities, segments, entries, disposed } = report
  const counts = { records, activities, segments, entries, disposed }
  const text = { what, publicKey: KEY.vkey, ...counts, findings: expected.toSorted(byObject) }
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(text, null, 2)}\n`)
}

const old = `${ROOT.replace(/\/$/, '')}.old`
rmSync(old, { recursive: true, force: true })
if (statSync(ROOT, { throwIfNoEntry: false }) !== undefined) renameSync(ROOT, old)
mkdirSync(ROOT, { recursive: true })
for (const vector of VECTORS) await write(vector)
rmSync(old, { recursive: true, force: true })
process.stdout.write(`${VECTORS.length} archives in test/vectors/archive\n`)
