import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listenOnSocket, socketOf } from '../api/socket.ts'
import { connectToRunning } from './running.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'daybook-socket-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const never = new AbortController().signal
const answering = async (request: Request): Promise<Response> =>
  Response.json({ path: new URL(request.url).pathname, asked: await request.text() })

test('who runs on a folder is asked through its socket, which only the same user may use', async () => {
  const close = await listenOnSocket(folder, answering)
  const client = await connectToRunning(folder, never, false)

  expect(statSync(join(folder, 'daybook.sock')).mode & 0o777).toBe(0o600)
  expect(await client?.get('/api/v1/status')).toEqual({ path: '/api/v1/status', asked: '' })
  expect(await client?.post('/api/v1/items', { a: 1 })).toEqual({
    path: '/api/v1/items',
    asked: '{"a":1}',
  })
  await client?.close()
  await close()
  expect(existsSync(join(folder, 'daybook.sock'))).toBe(false)
})

test('a folder whose path is too long for a socket has it elsewhere, and is found all the same', async () => {
  const deep = join(folder, 'x'.repeat(120))
  mkdirSync(deep)
  const close = await listenOnSocket(deep, answering)
  const client = await connectToRunning(deep, never, false)

  expect(socketOf(deep)?.length).toBeLessThan(101)
  expect(await client?.get('/there')).toMatchObject({ path: '/there' })
  await client?.close()
  await close()
  expect(socketOf(deep)).toBeNull()
})

test('what a killed process left behind answers nobody', async () => {
  expect(await connectToRunning(folder, never, false)).toBeNull()
  writeFileSync(join(folder, 'daybook.sock'), '')
  expect(await connectToRunning(folder, never, false)).toBeNull()
})

test('a process that is silent for long is said to be waited for, once', async () => {
  const said: string[] = []
  const close = await listenOnSocket(folder, slow)
  const client = await connectToRunning(folder, never, false, {
    ms: 20,
    note: (sentence) => said.push(sentence),
  })

  await client?.get('/there')
  expect(said).toEqual([expect.stringContaining('has not answered')])
  await client?.close()
  await close()
})

async function slow(): Promise<Response> {
  await new Promise((resolve) => {
    setTimeout(resolve, 100)
  })
  return Response.json({})
}
