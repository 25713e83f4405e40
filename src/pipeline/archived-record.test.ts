import { expect, test } from 'vitest'
import { encodeLine, newSalt } from '../archive/line.ts'
import { containerId, readArchived } from './archived-record.ts'

const CUSTODIAN = '5d1b6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'

const lineOf = (container: string): Uint8Array =>
  Buffer.from(
    encodeLine({
      tenant: '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14',
      sequence: 0,
      namespace: 'interaction',
      id: '1',
      source: 'graph-interactions.ai-interaction',
      container,
      range: [0, 1],
      receivedAt: '2026-03-02T10:00:00.000Z',
      salt: newSalt(),
      raw: '{"id":"1","sessionId":"19:a","interactionType":"userPrompt","body":{"content":"Hello"}}',
    }),
  )

test('a record is read again with the person whose history it was served from', () => {
  expect(readArchived(lineOf(containerId('c1', CUSTODIAN)), {}).context.custodian).toBe(CUSTODIAN)
  expect(readArchived(lineOf(containerId('c1', undefined)), {}).context.custodian).toBeUndefined()
})
