// Builders and readers for the tests of this folder.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import type { Container, ContainerEnd, Reference, SourceError } from '../../source.ts'
import { readExportFiles } from '../source.ts'
import type { ExportFilesOptions } from '../source.ts'
import type { Problem, Splitter } from '../splitter.ts'

interface ReadRecord {
  readonly raw: string
  readonly format: string
  readonly start: number
  readonly end: number
}

interface Reading {
  readonly containers: readonly Container[]
  readonly records: readonly ReadRecord[]
  readonly errors: readonly SourceError[]
  readonly ends: readonly ContainerEnd[]
  readonly references: readonly Reference[]
}

/** Everything that reading the paths gives. */
export async function read(
  paths: readonly string[],
  options: ExportFilesOptions = {},
): Promise<Reading> {
  const containers: Container[] = []
  const records: ReadRecord[] = []
  const errors: SourceError[] = []
  const ends: ContainerEnd[] = []
  const references: Reference[] = []
  for await (const event of readExportFiles(paths, options)) {
    if (event.type === 'container') containers.push(event.container)
    else if (event.type === 'error') errors.push(event)
    else if (event.type === 'end') ends.push(event)
    else if (event.type === 'reference') references.push(event)
    else {
      const { bytes, ranges, positions, context } = event.chunk
      for (let i = 0; i < ranges.length; i += 2) {
        records.push({
          raw: Buffer.from(bytes.subarray(ranges[i], ranges[i + 1])).toString('utf8'),
          format: context.format,
          start: positions[i] ?? -1,
          end: positions[i + 1] ?? -1,
        })
      }
    }
  }
  return { containers, records, errors, ends, references }
}

/** A folder that is gone after the test; `file` writes into it and returns the path. */
export function scratch(): {
  readonly folder: string
  readonly file: (name: string, bytes: string | Uint8Array) => string
  readonly [Symbol.dispose]: () => void
} {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-sources-'))
  return {
    folder,
    file: (name, bytes) => {
      const path = join(folder, name)
      writeFileSync(path, bytes)
      return path
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Feeds a text to a splitter in pieces of `size` bytes. */
export function split(
  splitter: Splitter,
  text: string | Uint8Array,
  size: number,
): { readonly records: string[]; readonly problems: Problem[]; readonly offsets: number[] } {
  const bytes = Buffer.from(text)
  const records: string[] = []
  const problems: Problem[] = []
  const offsets: number[] = []
  const take = (parts: ReturnType<Splitter['push']>): void => {
    for (const part of parts) {
      if (part.kind === 'problem') problems.push(part)
      else if (part.kind === 'records') {
        for (let i = 0; i < part.ranges.length; i += 2) {
          const record = part.bytes.subarray(part.ranges[i], part.ranges[i + 1])
          records.push(Buffer.from(record).toString('utf8'))
          offsets.push(part.base + (part.ranges[i] ?? 0))
        }
      }
    }
  }
  for (let at = 0; at < bytes.length; at += size) {
    take(splitter.push(bytes.subarray(at, at + size)))
  }
  take(splitter.end())
  return { records, problems, offsets }
}

export const LIMITS = { chunkBytes: 1 << 16, maxRecordBytes: 1 << 20 }

/** An audit record of Anna's; `n` makes it one of many. */
export function auditRecord(n: number, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    CreationTime: '2026-03-02T09:15:00',
    Id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    Operation: 'CopilotInteraction',
    RecordType: 261,
    UserId: 'anna@contoso.com',
    Workload: 'Copilot',
    CopilotEventData: { AppHost: 'Word', Messages: [{ Id: String(n), isPrompt: true }] },
    ...more,
  }
}

export function aiInteraction(n: number, text = 'Fasse {das} "Protokoll" zusammen 😀'): object {
  return {
    id: String(1_730_000_000_000 + n),
    sessionId: '19:contoso@thread.v2',
    requestId: `r-${n}`,
    appClass: 'IPM.SkypeTeams.Message.Copilot.Word',
    interactionType: 'userPrompt',
    createdDateTime: '2026-03-02T09:15:00Z',
    body: { contentType: 'text', content: text },
  }
}

export const csvCell = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** A small ZIP, deflated. */
export function zip(members: readonly (readonly [string, Uint8Array])[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, bytes] of members) {
    const packed = deflateRawSync(bytes)
    const nameBytes = Buffer.from(name)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(0x800, 2)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(bytes.length, 18)
    fields.writeUInt16LE(nameBytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, nameBytes, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, tail, nameBytes]))
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, central, end])
}
