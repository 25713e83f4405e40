import { join } from 'node:path'
import { localFiles } from '../platform/files.ts'
import { ANCHORS, isClass, isQuarter, parseSegmentId, TEMPORARY } from '../archive/layout.ts'
import { parseTilePath } from '../archive/tiles.ts'
import type { Finding } from './findings.ts'

export interface TilePlace {
  readonly path: string
  readonly level: number | 'entries'
  readonly index: number
  readonly width: number
}

/** The files of one tenant's archive, sorted by what they are. Paths are relative to the tenant's folder. */
export interface Tree {
  readonly tiles: readonly TilePlace[]
  /** `segments/<class>/<quarter>/<id>.zst`. */
  readonly sealed: ReadonlySet<string>
  /** `open/<id>.open`. */
  readonly open: readonly string[]
  readonly findings: readonly Finding[]
}

/** What a path may be; a folder that is none of these is not entered. */
type Place = 'enter' | 'sealed' | 'open' | 'tile' | 'log' | 'temporary' | 'stray'

/** Lists a tenant's archive without following links. */
export async function listTree(directory: string): Promise<Tree> {
  const tiles: TilePlace[] = []
  const sealed = new Set<string>()
  const open: string[] = []
  const findings: Finding[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
    for (const { name, kind } of await localFiles.list(join(directory, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`
      switch (kind === 'other' ? 'stray' : placeOf(path, kind)) {
        case 'enter':
          folders.push(path)
          break
        case 'sealed':
          sealed.add(path)
          break
        case 'open':
          open.push(path)
          break
        case 'tile': {
          const place = parseTilePath(path.slice('log/'.length))
          if (place !== undefined) tiles.push({ path, ...place })
          break
        }
        case 'log':
          break
        case 'temporary':
          findings.push({
            object: path,
            finding: 'TEMPORARY_FILE',
            message: 'an interrupted write left this file; start the program that writes once',
          })
          break
        case 'stray':
          findings.push({
            object: path,
            finding: 'STRAY_FILE',
            message: 'this does not belong to the archive; find out who put it there',
          })
          break
      }
    }
  return { tiles, sealed, open: open.toSorted(), findings }
}

function placeOf(path: string, kind: 'file' | 'folder'): Place {
  const [top = '', second = '', third = '', fourth = ''] = path.split('/')
  const depth = path.split('/').length
  if (kind === 'folder') return mayEnter(path, top, second, third, depth) ? 'enter' : 'stray'
  if (path === 'log/checkpoint' || path === 'log/vkey' || path.startsWith(`${ANCHORS}/`))
    return 'log'
  if (top === TEMPORARY) return 'temporary'
  if (top === 'log' && parseTilePath(path.slice('log/'.length)) !== undefined) return 'tile'
  if (top === 'open' && depth === 2 && isNamed(second, '.open')) return 'open'
  if (top === 'segments' && depth === 4 && isClass(second) && isQuarter(third))
    return isNamed(fourth, '.zst') ? 'sealed' : 'stray'
  return 'stray'
}

function mayEnter(
  path: string,
  top: string,
  second: string,
  third: string,
  depth: number,
): boolean {
  if (depth === 1) return ['segments', 'open', 'log', TEMPORARY].includes(path)
  if (top === 'segments') return depth === 2 ? isClass(second) : depth === 3 && isQuarter(third)
  if (top !== 'log') return false
  // Folders of tiles: whatever is no tile in them is found file by file.
  return second === 'tile' ? depth <= 10 : path === ANCHORS || path.startsWith(`${ANCHORS}/`)
}

function isNamed(name: string, ending: string): boolean {
  return name.endsWith(ending) && parseSegmentId(name.slice(0, -ending.length)) !== undefined
}
