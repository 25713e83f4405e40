import { CodedError } from '../platform/errors.ts'
import { fileError, type Files, type GrowingFile, localFiles } from '../platform/files.ts'
import { encodeFrames } from './frames.ts'
import { keyFromSeed } from './keys.ts'
import { encodeActivity, encodeLine } from './line.ts'
import type { ArchiveWriter, RecordLine, Stream } from './types.ts'
import type { WriterOptions } from './tenant-writer.ts'
import { openWriter } from './writer.ts'

export const TENANT = 'contoso'
export const KEY = keyFromSeed(TENANT, Buffer.alloc(32, 7))
export const NOON = new Date('2026-03-06T12:00:00.000Z')

export function aRecord(sequence: number, fields: Partial<RecordLine> = {}): string {
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
    raw: `{"UserId":"avery@contoso.com","n":${sequence}}`,
    ...fields,
  })
}

export function anActivity(sequence: number): string {
  return encodeActivity({
    tenant: TENANT,
    sequence,
    at: NOON.toISOString(),
    kind: 'search',
    actor: 'local:avery',
    salt: Buffer.alloc(16, sequence).toString('base64url'),
    body: { query: 'merger' },
  })
}

export async function aWriter(
  directory: string,
  options: Partial<WriterOptions> = {},
): Promise<ArchiveWriter> {
  return openWriter({
    directory,
    key: KEY,
    epoch: 1,
    software: 'daybook-test',
    clock: { now: () => NOON },
    ...options,
  })
}

/** Appends `count` lines as one group. */
export async function append(
  writer: ArchiveWriter,
  count: number,
  place: { stream?: Stream; class?: string; quarter?: string } = {},
): Promise<void> {
  const stream = place.stream ?? 'records'
  const first = writer.nextSequence(stream)
  const line = stream === 'records' ? aRecord : anActivity
  const lines = Array.from({ length: count }, (_, at) => line(first + at))
  await writer.append({
    stream,
    class: place.class ?? (stream === 'records' ? 'default' : 'activity'),
    quarter: place.quarter ?? '2026-q1',
    first,
    frames: encodeFrames(lines),
  })
}

/** What happens at the operation that fails. */
export type Fault =
  /** It reports an error and does nothing; later ones work. */
  | 'error'
  /** The process ends before it. */
  | 'crash'
  /** The process ends in the middle of it: half of the bytes are written. */
  | 'torn'

/** Files whose n-th change of the disk (from 0) fails. `count` tells how many there were. */
export function failingFiles(
  at: number,
  fault: Fault,
): Files & { readonly count: () => number; readonly failed: () => boolean } {
  let [count, failed] = [0, false]
  const change = async <T>(path: string, work: () => Promise<T>, half?: () => Promise<unknown>) => {
    if (failed && fault !== 'error') throw new CodedError('CRASHED', 'the process has ended')
    const now = count
    count += 1
    if (now !== at) return work()
    failed = true
    if (fault === 'torn') await half?.()
    throw fileError('write', path, Object.assign(new Error('no space'), { code: 'ENOSPC' }))
  }
  const guard = (file: GrowingFile, path: string): GrowingFile => ({
    write: (bytes) =>
      change(
        path,
        () => file.write(bytes),
        () => file.write(bytes.subarray(0, bytes.length >> 1)),
      ),
    sync: () => change(path, () => file.sync()),
    close: () => file.close(),
  })
  return {
    ...localFiles,
    makeFolder: (path) => change(path, () => localFiles.makeFolder(path)),
    append: (path, mode) =>
      change(path, async () => guard(await localFiles.append(path, mode), path)),
    truncate: (path, bytes) => change(path, () => localFiles.truncate(path, bytes)),
    overwrite: (path, offset, bytes) =>
      change(path, () => localFiles.overwrite(path, offset, bytes)),
    rename: (from, to) => change(from, () => localFiles.rename(from, to)),
    link: (from, to) => change(from, () => localFiles.link(from, to)),
    remove: (path) => change(path, () => localFiles.remove(path)),
    makeReadOnly: (path) => change(path, () => localFiles.makeReadOnly(path)),
    syncFolder: (path) => change(path, () => localFiles.syncFolder(path)),
    count: () => count,
    failed: () => failed,
  }
}
