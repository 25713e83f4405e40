import { expect, test } from 'vitest'
import { evidenceOfInventory, type ListedAgent } from './inventory.ts'

const agent = (id: string, signsInWithMicrosoft: boolean | null): ListedAgent => ({
  id,
  name: `Agent ${id}`,
  signsInWithMicrosoft,
  takenAt: '2026-03-04T09:00:00.000Z',
})

test('an inventory shows agents without Microsoft’s sign-in by name', () => {
  const [found] = evidenceOfInventory([agent('a', true), agent('b', false)])
  expect(found).toMatchObject({ says: 'present' })
  expect(found?.from).toContain('Agent b (b)')
  expect(found?.from).not.toContain('Agent a')
})

test('an inventory in which all agents have it excludes them', () => {
  expect(evidenceOfInventory([agent('a', true), agent('b', null)])).toEqual([
    {
      code: 'AGENT_WITHOUT_MICROSOFT_AUTHENTICATION',
      says: 'excluded',
      from: 'the inventory of 2026-03-04T09:00:00.000Z lists sign-in of 1 agents, with Microsoft for all',
    },
  ])
})

test('an inventory that does not tell of sign-in says nothing of it', () => {
  expect(evidenceOfInventory([agent('a', null)])).toEqual([])
  expect(evidenceOfInventory([])).toEqual([])
})
