// Imports and tells, line by line, how many records are recorded; the tests in interruption.suite.ts kill it.
import { writeSync } from 'node:fs'
import { openApp } from '../../src/app.ts'
import { appClient } from '../../src/cli/client.ts'

const [, , dataDir = '', ...paths] = process.argv
const controller = new AbortController()
const app = await openApp({
  dataDir,
  purpose: 'test',
  index: true,
  signal: controller.signal,
  environment: {},
})
const client = appClient(app.fetch, () => app.close())
writeSync(1, 'ready\n')
for await (const step of client.stream<{ readonly records?: number }>('/api/v1/imports', {
  paths,
})) {
  writeSync(1, `${step.records ?? 'end'}\n`)
}
await client.close()
