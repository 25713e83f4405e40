import { Buffer } from 'node:buffer'
import { ITEM_FIELDS, type Field } from '../fields.ts'
import type { ExportAbout, ResumableDestination } from '../writer.ts'

/** A cell for `packedRows`: text, a number, a flag, a list of texts, or null for unknown; times are ISO 8601 UTC. */
export type Cell = string | number | boolean | readonly string[] | null

/** Rows packed as the engine packs them: see packed-rows.ts. */
export function packedRows(fields: readonly Field[], rows: readonly (readonly Cell[])[]): Buffer {
  return Buffer.concat(
    rows.map((row) => {
      const joined = Buffer.alloc(4)
      joined.writeUInt32LE(row.filter((cell) => Array.isArray(cell) && cell.length > 1).length)
      return Buffer.concat([
        joined,
        ...fields.map((field, at) => packedCell(field, row[at] ?? null)),
      ])
    }),
  )
}

function packedCell({ type }: Field, cell: Cell): Buffer {
  if (type === 'flag') return Buffer.from(Int8Array.of(cell === null ? -1 : Number(cell)).buffer)
  if (type === 'number') return double(cell === null ? Number.NaN : Number(cell))
  if (type === 'time') return double(cell === null ? Number.NaN : Date.parse(String(cell)))
  const text = Buffer.from(Array.isArray(cell) ? cell.join('\n') : String(cell ?? ''))
  const length: number[] = []
  let rest = text.length
  for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128)
  return Buffer.concat([Buffer.of(...length, rest), text])
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

/** A package in memory: what a format wrote, by path. */
export function memoryPackage(options: { failAfter?: number } = {}) {
  const files = new Map<string, { bytes: Buffer; rows: number | null }>()
  let written = 0
  const to: ResumableDestination = {
    cursor: undefined,
    isDue: false,
    beginCheckpoint: () => undefined,
    async create(path) {
      if (!/^[A-Za-z0-9][\w.-]{0,99}(\/[A-Za-z0-9][\w.-]{0,99})*$/.test(path))
        throw new Error(`No path of a package: ${path}`)
      if (files.has(path)) throw new Error(`There already: ${path}`)
      const chunks: Buffer[] = []
      return {
        async write(bytes) {
          const chunk = Buffer.from(bytes)
          written += chunk.length
          if (written > (options.failAfter ?? Infinity)) throw new Error('The disk is full')
          chunks.push(chunk)
        },
        async end(rows) {
          files.set(path, { bytes: Buffer.concat(chunks), rows })
        },
      }
    },
  }
  return { to, files }
}

export function anAbout(changes: Partial<ExportAbout> = {}): ExportAbout {
  return {
    id: '0123456789abcdef0123456789abcdef',
    unit: 'item',
    fields: ITEM_FIELDS,
    createdAt: '2026-03-09T08:00:00.000Z',
    createdBy: 'local:avery',
    purpose: 'Examination of Project Falcon',
    tenants: ['b86ab9d4-fcf1-4b11-8a06-7a8f91b47fbd'],
    query: 'falcon AND jailbreak:true',
    state: 'The index covers everything that is archived.',
    limits: ['Audit records never carry the text of prompts and answers.'],
    rows: 0,
    signal: new AbortController().signal,
    ...changes,
  }
}

export function fieldsNamed(...names: string[]): Field[] {
  return ITEM_FIELDS.filter(({ name }) => names.includes(name))
}

export async function* batchesOf<T>(...batches: readonly T[][]): AsyncGenerator<readonly T[]> {
  for (const batch of batches) yield batch
}
