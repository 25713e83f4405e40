import { expect, test } from 'vitest'
import type { Client, Invocation } from '../command.ts'
import { openConsole } from '../terminal.ts'
import { doctor } from './doctor.ts'

test('doctor names one fault once, with everything that it concerns, errors first', async () => {
  const refused = { severity: 'error', tenant: null, code: 'TOKEN_REFUSED', message: 'The secret' }
  const findings = [
    { severity: 'warning', tenant: null, code: 'FEED_SILENT', subject: 'directory', message: 'No' },
    { ...refused, subject: 'directory' },
    { ...refused, subject: 'management-activity' },
  ]
  const ran = await examine(findings)
  expect(ran.code).toBe(3)
  expect(ran.lines).toEqual([
    '✗ TOKEN_REFUSED directory, management-activity',
    '  The secret',
    '! FEED_SILENT directory',
    '  No',
    '2 findings.',
  ])
})

async function examine(findings: readonly object[]): Promise<{ code: number; lines: string[] }> {
  let out = ''
  const client: Client = {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the answer of this test
    get: <Answer>() => Promise.resolve({ findings } as Answer),
    post: unused,
    stream: () => {
      throw new Error('not asked for')
    },
    close: () => Promise.resolve(),
  }
  const streams = { stdout: { write: (text: string) => (out += text) }, stderr: { write: unused } }
  const invocation: Invocation = {
    positionals: [],
    options: {},
    json: false,
    console: openConsole({ streams, color: false, progress: false, environment: {} }),
    dataDir: '.',
    program: 'daybook',
    signal: new AbortController().signal,
    client: () => Promise.resolve(client),
    environment: {},
  }
  const code = await doctor.run(invocation)
  return { code, lines: out.trimEnd().split('\n') }
}

const unused = () => Promise.reject(new Error('not asked for'))
