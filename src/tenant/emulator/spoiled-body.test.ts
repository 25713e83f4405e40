import { once } from 'node:events'
import { connect } from 'node:net'
import { serve, type ServerType } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BUFFER_BYTES, Buffers } from './buffers.ts'
import { wholeBody } from './spoiled-body.ts'

const BODY = 900_000
const COUNT = 12

let server: ServerType
let port = 0
beforeAll(async () => {
  const buffers = new Buffers()
  const app = new Hono()
  app.get('/:letter', (c) => {
    const { buffer, free } = buffers.take(BODY)
    const body = buffer.subarray(0, BODY)
    return wholeBody(c, body.fill(c.req.param('letter')), free)
  })
  server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => void server.close())

test('a buffer holds its answer until that is sent, however slowly somebody reads', async () => {
  const letters = Array.from({ length: COUNT }, (_, n) => String.fromCharCode(97 + n))
  const socket = connect(port, '127.0.0.1')
  socket.pause()
  const requests = letters.map((letter, n) => {
    const last = n === COUNT - 1 ? 'Connection: close\r\n' : ''
    return `GET /${letter} HTTP/1.1\r\nHost: tenant\r\n${last}\r\n`
  })
  socket.write(requests.join(''))
  // Others take buffers meanwhile.
  for (let n = 0; n < COUNT; n += 1)
    // oxlint-disable-next-line no-await-in-loop -- each has to find what the one before it gave back
    await (await fetch(`http://127.0.0.1:${port}/!`)).arrayBuffer()

  const parts: Buffer[] = []
  for await (const part of socket.resume()) parts.push(part)
  const bodies = Buffer.concat(parts)
    .toString('latin1')
    .split('HTTP/1.1 200 OK')
    .slice(1)
    .map((answer) => answer.slice(answer.indexOf('\r\n\r\n') + 4))
  expect(bodies.map((body) => body === body.charAt(0).repeat(BODY))).not.toContain(false)
  expect(bodies.map((body) => body.charAt(0))).toEqual(letters)
})

test('an answer that is longer than a buffer gets one of its own, which nobody gets after it', () => {
  const buffers = new Buffers()
  const { buffer, free } = buffers.take(BUFFER_BYTES + 1)
  free()
  expect(buffer).toHaveLength(BUFFER_BYTES + 1)
  expect(buffers.take(1).buffer).toHaveLength(BUFFER_BYTES)
})
