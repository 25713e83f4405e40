import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

// Reads the week's files back for the tests, without any of the code that wrote them.

export type Json = Readonly<Record<string, unknown>>

/** The files of an export folder, and the records in them as they were served. */
export interface ReadBack {
  /** Text by path below the folder, sorted. */
  readonly files: ReadonlyMap<string, string>
  readonly auditRecords: readonly Json[]
  readonly graphItems: readonly Json[]
}

export async function readBack(folder: string): Promise<ReadBack> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name))
  const read = paths.toSorted().map(async (path) => {
    const name = relative(folder, path).replaceAll(sep, '/')
    return [name, await readFile(path, 'utf8')] as const
  })
  const files = new Map(await Promise.all(read))
  const blobs = [...files].filter(([name]) => name.startsWith('management/'))
  const pages = [...files].filter(([name]) => name.startsWith('graph/'))
  const tables = [...files].filter(([name]) => name.startsWith('purview/'))
  return {
    files,
    auditRecords: [
      ...blobs.flatMap(([name, text]) =>
        name.endsWith('.ndjson') ? text.trimEnd().split('\n').map(parsed) : items(JSON.parse(text)),
      ),
      ...tables.flatMap(([, text]) =>
        csvRows(text)
          .slice(1)
          .map((cells) => parsed(cells[5] ?? '')),
      ),
    ],
    graphItems: pages.flatMap(([, text]) => items(parsed(text)['value'])),
  }
}

export function parsed(text: string): Json {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) throw new Error('Expected a JSON object')
  return value
}

/** The objects of a list; none when it is no list. */
export function items(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** RFC 4180, for well-formed files without line ends in cells. */
export function csvRows(text: string): string[][] {
  return text
    .trimEnd()
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    )
}

/** JSON with sorted keys, and arrays as sets. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, part]) => `"${name}":${canonical(part)}`)
  return `{${members.toSorted().join(',')}}`
}
