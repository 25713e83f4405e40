import { getRequestListener } from '@hono/node-server'
import { hash } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CodedError } from '../platform/errors.ts'

/** The longest path of a socket that every system takes (macOS: 103 bytes, Linux: 107). */
const MAX_PATH_BYTES = 100
const NAME = 'daybook.sock'
/** Stands in the data folder when its own path is too long for a socket: says where that lies. */
const POINTER = 'daybook.sock.path'

/** Where a process that holds the data folder listens; null: nowhere, as far as the folder says. */
export function socketOf(dataDir: string): string | null {
  const own = join(dataDir, NAME)
  if (Buffer.byteLength(own) <= MAX_PATH_BYTES) return exists(own) ? own : null
  try {
    const path = readFileSync(join(dataDir, POINTER), 'utf8').trim()
    return isOurs(path) ? path : null
  } catch {
    return null
  }
}

/**
 * Serves the HTTP interface on a socket in the data folder, for this user alone. Needs the folder's lock: whoever listened
 * there before is gone. Returns what ends it.
 */
export async function listenOnSocket(
  dataDir: string,
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<() => Promise<void>> {
  const path = placeOf(dataDir)
  rmSync(path, { force: true })
  const listener = getRequestListener(fetch)
  const server = createServer((request, response) => void listener(request, response))
  // An import, or a rebuild of the index, answers after hours.
  server.requestTimeout = 0
  server.timeout = 0
  // Nobody else may connect, not even in the moment before the mode is set.
  const mask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new CodedError('SOCKET_FAILED', `Cannot listen on ${path} (${why})`, { cause: error })
  } finally {
    process.umask(mask)
  }
  chmodSync(path, 0o600)
  return async () => {
    rmSync(path, { force: true })
    rmSync(join(dataDir, POINTER), { force: true })
    const closed = new Promise((resolve) => {
      server.close(resolve)
    })
    server.closeIdleConnections()
    // Whoever still reads an answer has a moment to end; a stream without end must not hold the process.
    setTimeout(() => server.closeAllConnections(), 2_000).unref()
    await closed
  }
}

function placeOf(dataDir: string): string {
  const own = join(dataDir, NAME)
  if (Buffer.byteLength(own) <= MAX_PATH_BYTES) return own
  const folder = join(
    process.env['XDG_RUNTIME_DIR'] ?? tmpdir(),
    `daybook-${process.getuid?.() ?? 0}`,
  )
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${hash('sha256', realpathSync(dataDir), 'hex').slice(0, 24)}.sock`)
  if (!isOurs(path) || Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new CodedError(
      'SOCKET_FAILED',
      `Cannot listen in ${folder}: it must belong to this user alone, and its path be short; choose a data folder with a shorter path`,
    )
  }
  writeFileSync(join(dataDir, POINTER), `${path}\n`, { mode: 0o600 })
  return path
}

/** Whether the folder of a socket is this user's alone: in a shared place, another one could have made it. */
function isOurs(path: string): boolean {
  const folder = lstatSync(join(path, '..'), { throwIfNoEntry: false })
  if (folder === undefined || !folder.isDirectory()) return false
  return folder.uid === (process.getuid?.() ?? folder.uid) && (folder.mode & 0o077) === 0
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
