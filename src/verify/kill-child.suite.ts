// Appends without end and tells of every acknowledged group; the tests in kill.*.test.ts start it and kill it.
import { writeSync } from 'node:fs'
import { append, aWriter } from '../archive/builders.suite.ts'

const [, , directory = '', epoch = '1', seed = '1'] = process.argv
let random = Number(seed)
const next = (below: number): number => {
  random = (random * 48_271) % 2_147_483_647
  return random % below
}

const writer = await aWriter(directory, { epoch: Number(epoch) })
for (;;) {
  await append(writer, 1 + next(150), { quarter: next(6) === 0 ? '2026-q2' : '2026-q1' })
  writeSync(1, `${writer.nextSequence('records')}\n`)
  if (next(8) === 0) await append(writer, 1, { stream: 'activity' })
  if (next(10) === 0) await writer.seal()
}
