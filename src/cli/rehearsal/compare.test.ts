import { expect, test } from 'vitest'
import type { InventoryLine } from '../../api/answers.ts'
import { compareLedger, compareWithArchive, uncounted, type OfferedLine } from './compare.ts'

const offered = (id: string, given: Partial<OfferedLine> = {}): OfferedLine => ({
  feed: 'management-activity',
  kind: 'audit',
  id,
  user: null,
  session: null,
  sha256: id,
  version: 1,
  availableAt: '2026-03-02T10:00:00Z',
  fetchable: true,
  units: [],
  why: null,
  ...given,
})
const kept = (id: string, namespace = 'audit'): InventoryLine => ({
  sequence: 0,
  namespace,
  id,
  source: 'management-activity.audit',
  receivedAt: '2026-03-02T11:00:00Z',
  sha256: id,
})
const nothing = { losses: [], people: [] }

test('what was offered and is archived once is neither lost nor doubled', () => {
  const interaction = offered('17', { kind: 'interaction', user: 'u', session: '19:s' })
  const archive = [kept('a'), kept('u/19:s/17', 'interaction')]
  expect(compareWithArchive([offered('a'), interaction], archive, nothing)).toMatchObject({
    served: 2,
    archived: 2,
    lost: 0,
    doubled: 0,
  })
})

test('a missing version is lost, one too many is doubled, and both are named', () => {
  const lines = [offered('a'), offered('a', { version: 2 }), offered('b')]
  expect(compareWithArchive(lines, [kept('a'), kept('b'), kept('b')], nothing)).toMatchObject({
    served: 3,
    archived: 2,
    lost: 1,
    doubled: 1,
    examples: { lost: ['audit a'], doubled: ['audit b'] },
  })
})

test('what nobody could fetch has to be named by the coverage statement, by its unit', () => {
  const lines = [
    offered('a', { fetchable: false, units: ['blob-1', 'blob-2'] }),
    offered('b', { fetchable: false, units: ['blob-3'], why: 'expired' }),
  ]
  const losses = [
    {
      feed: 'management-activity',
      scope: 'Audit.General',
      key: 'blob-2',
      from: '',
      to: '',
      code: 'CONTENT_EXPIRED',
    },
  ]
  expect(compareWithArchive(lines, [], { losses, people: [] })).toMatchObject({
    served: 0,
    lost: 0,
    unavoidable: 2,
    reported: 1,
    examples: { unreported: ['audit b (expired)'] },
  })
})

test('the ledger of windows is wrong by as many records as it says more or fewer than the archive', () => {
  const feeds = [
    { feed: 'management-activity', added: 3 },
    { feed: 'graph-interactions', added: 1 },
  ]
  const ledger = compareLedger(feeds, [kept('a'), kept('b')])
  expect(ledger['management-activity']).toEqual({ windows: 3, archived: 2 })
  expect(uncounted(ledger)).toBe(2)
})

test('content that was never listed is named by the time in which a subscription was off', () => {
  const gone = { fetchable: false, units: ['blob-4'], why: 'disabled' } as const
  const lines = [
    offered('a', { ...gone, availableAt: '2026-03-02T10:00:00.000Z' }),
    offered('b', { ...gone, availableAt: '2026-03-02T10:20:00.000Z' }),
  ]
  const losses = [
    {
      feed: 'management-activity',
      scope: 'Audit.General',
      key: 'Audit.General disabled',
      from: '2026-03-02T09:55:00.000Z',
      to: '2026-03-02T10:15:00.000Z',
      code: 'SUBSCRIPTION_DISABLED',
    },
  ]
  expect(compareWithArchive(lines, [], { losses, people: [] })).toMatchObject({
    unavoidable: 2,
    reported: 1,
    examples: { unreported: ['audit b (disabled)'] },
  })
})
