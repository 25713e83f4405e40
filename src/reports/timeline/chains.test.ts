import { expect, test } from 'vitest'
import type { ItemRow } from '../../query/item-row.ts'
import { inChains, type TimelineStep } from './chains.ts'

const ROW: ItemRow = {
  id: '0',
  tenantId: 't',
  kind: 'interaction',
  occurredAt: '2026-03-04T09:00:00.000Z',
  timeBasis: 'occurred',
  receivedAt: '2026-03-05T09:00:00.000Z',
  custodians: [],
  surface: null,
  setting: null,
  sessionId: null,
  requestIds: [],
  agent: null,
  operations: [],
  prompts: 1,
  answers: 1,
  prompt: null,
  answer: null,
  files: [],
  labels: [],
  jailbreak: null,
  xpia: null,
  web: null,
  tenantGrounded: null,
  automatic: null,
  dlp: null,
  credits: null,
  sources: [],
  recordIds: [],
  sequences: [],
  versions: 0,
  findings: [],
  unmapped: null,
}

const at = (time: string, changes: Partial<ItemRow> = {}): ItemRow => ({
  ...ROW,
  occurredAt: `2026-03-04T${time}Z`,
  ...changes,
})

async function stepsOf(rows: Iterable<ItemRow>, gapMs: number): Promise<TimelineStep[]> {
  async function* source() {
    yield* rows
  }
  const steps: TimelineStep[] = []
  for await (const step of inChains(source(), gapMs)) steps.push(step)
  return steps
}

const MINUTES = 60_000

test('a draft in Word and a letter in Outlook minutes later are a chain, tied by the file', async () => {
  const steps = await stepsOf(
    [
      at('09:00:00.000', { surface: 'Word', files: ['letter.docx'], labels: ['l-1'] }),
      at('09:15:00.000', { surface: 'Outlook', files: ['letter.docx'], jailbreak: true }),
      at('09:30:00.001', { kind: 'agent-admin' }),
    ],
    15 * MINUTES,
  )
  expect(steps.map(({ type }) => type)).toEqual([
    'chain',
    'entry',
    'entry',
    'chain-end',
    'silence',
    'chain',
    'entry',
    'chain-end',
  ])
  expect(steps[3]).toMatchObject({
    exchanges: 2,
    events: 0,
    path: ['Word', 'Outlook'],
    carried: [{ file: 'letter.docx', surfaces: ['Word', 'Outlook'] }],
    labels: ['l-1'],
    flags: ['jailbreak'],
    cut: false,
  })
  expect(steps[4]).toMatchObject({ seconds: 900 })
  expect(steps[7]).toMatchObject({ exchanges: 0, events: 1 })
})

test('nothing is no chain', async () => {
  expect(await stepsOf([], MINUTES)).toEqual([])
})

test('a chain without an end keeps short lists, and says that they were cut', async () => {
  const rows = Array.from({ length: 2_000 }, (_, n) =>
    at('09:00:00.000', {
      surface: n % 2 === 0 ? 'Word' : 'Chat',
      files: [`f${n}`, 'same'],
      labels: [`l${n}`],
    }),
  )
  const end = (await stepsOf(rows, MINUTES)).at(-1)
  expect(end).toMatchObject({ exchanges: 2_000, cut: true })
  expect(JSON.stringify(end).length).toBeLessThan(2_000)
})
