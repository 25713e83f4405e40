import { once } from 'node:events'
import { CodedError } from '../../platform/errors.ts'
import { FAULTS } from '../../tenant/emulator/faults.ts'
import { faultsOf, rolesOf, type CloudName, type Lateness } from '../../tenant/emulator/options.ts'
import { startTenant } from '../../tenant/emulator/server.ts'
import { choiceOption, defineCommand, textOption, type OptionValues } from '../command.ts'
import { wrap } from '../terminal.ts'

const CLOUDS: readonly CloudName[] = ['commercial', 'gcc', 'gcc-high', 'dod']
const PROFILES: readonly Lateness[] = ['prompt', 'usual', 'slow']

export const tenant = defineCommand({
  name: 'tenant',
  summary: 'Emulate a Microsoft 365 tenant on this machine, to rehearse',
  arguments: '',
  examples: [
    [
      'daybook tenant --port 8400 --rate 60',
      'A tenant in which an hour passes every minute; it says how to point a collector at it.',
    ],
    [
      'daybook tenant --port 8400 --rate 1000 --faults all',
      'With everything that goes wrong at Microsoft’s, in a hurry.',
    ],
  ],
  options: {
    seed: { value: '<number>', summary: 'the same seed gives the same history (default 1)' },
    port: { value: '<port>', summary: 'of 127.0.0.1 (default: any that is free)' },
    rate: { value: '<number>', summary: 'tenant seconds in a second (default 1)' },
    start: { value: '<instant>', summary: 'where its clock starts (default: now)' },
    people: { value: '<number>', summary: 'from 80 to 5000 (default 200)' },
    'records-per-day': { value: '<number>', summary: 'of both kinds (default 20000)' },
    'backlog-days': { value: '<number>', summary: 'history at the start (default 5)' },
    'blob-records': { value: '<number>', summary: 'records in a content blob (default 100)' },
    faults: { value: '<name,…>', summary: 'all, none (default), or some of those below' },
    'huge-blob-bytes': {
      value: '<number>',
      summary: 'with the fault huge-blobs: fill one blob a day up to so many bytes',
    },
    lateness: { value: '<profile>', summary: 'with the fault late: usual (default) or slow' },
    cloud: { value: '<cloud>', summary: 'commercial (default), gcc, gcc-high or dod' },
    'without-roles': {
      value: '<role,…>',
      summary: 'permissions that nobody consented to, such as ActivityFeed.Read',
    },
    'requests-per-minute': {
      value: '<number>',
      summary: 'throttle the Management API as Microsoft does: 2000 (default: not)',
    },
    'auditing-off': { summary: 'no subscription can be started' },
  },
  exitCodes: { 0: 'stopped', 1: 'it could not listen', 2: 'wrong usage' },
  notes: [
    `Faults: ${FAULTS.join(', ')}.`,
    'It listens on 127.0.0.1 alone and keeps nothing. GET /emulator/clock, /emulator/ledger and /emulator/ledger/records say what it offered, whatever a collector says.',
  ],
  async run({ options, json, console, signal }) {
    const running = await startTenant({
      seed: number(options, 'seed', 1),
      port: number(options, 'port', 0),
      rate: number(options, 'rate', 1),
      start: new Date(textOption(options, 'start') ?? Date.now()),
      people: number(options, 'people', 200),
      recordsPerDay: number(options, 'records-per-day', 20_000),
      backlogDays: number(options, 'backlog-days', 5),
      blobRecords: number(options, 'blob-records', 100),
      lateness: choiceOption(options, 'lateness', PROFILES) ?? 'usual',
      faults: faultsOf(textOption(options, 'faults') ?? 'none'),
      cloud: choiceOption(options, 'cloud', CLOUDS) ?? 'commercial',
      withoutRoles: rolesOf(textOption(options, 'without-roles') ?? ''),
      ...(options['requests-per-minute'] === undefined
        ? {}
        : { requestsPerMinute: number(options, 'requests-per-minute', 2_000) }),
      ...(options['huge-blob-bytes'] === undefined
        ? {}
        : { hugeBlobBytes: number(options, 'huge-blob-bytes', 0) }),
      auditing: options['auditing-off'] !== true,
    })
    const { url, tenantId, clientId, secret, world } = running
    try {
      if (json) console.json({ url, tenantId, clientId, secret, ...world.clock.published() })
      else {
        console.line(console.paint('bold', `Emulated tenant ${tenantId} at ${url}`))
        for (const line of wrap(
          `Its clock says ${new Date(world.now()).toISOString()} and runs ${world.options.rate} times as fast. Collect from it with a daybook.yaml of`,
          console.width,
        ))
          console.line(line)
        console.line()
        for (const line of configuration(url, tenantId, clientId)) console.line(`  ${line}`)
        console.line()
        console.line('and, in the environment,')
        console.line()
        console.line(`  DAYBOOK_CLIENT_SECRET=${secret}`)
        console.line()
        console.line('Ctrl+C stops it.')
      }
      if (!signal.aborted) await once(signal, 'abort')
    } finally {
      await running.close()
    }
    return 0
  },
})

function configuration(url: string, tenantId: string, clientId: string): string[] {
  return [
    'tenants:',
    `  - id: ${tenantId}`,
    `    emulator: ${url}`,
    '    client:',
    `      id: ${clientId}`,
    '      secret: { env: DAYBOOK_CLIENT_SECRET }',
  ]
}

function number(options: OptionValues, name: string, fallback: number): number {
  const text = textOption(options, name)
  if (text === undefined) return fallback
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value))
    throw new CodedError('USAGE', `--${name} takes a number`)
  return value
}
