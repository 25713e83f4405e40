import { expect, test } from 'vitest'
import { aGraphItem, aMessage, anAudit } from '../../test/facts-builder.ts'
import { RecordLinks } from './record-links.ts'

const keysOf = (tenant: string, ...all: readonly Parameters<RecordLinks['add']>[1][]) => {
  const links = new RecordLinks()
  for (const facts of all) links.add(tenant, facts)
  return [...links.set(all.keys()).keys]
}

test('two tenants never share a link, though their records name one session and one message', () => {
  const audit = anAudit({ messages: [aMessage({ id: '1772442904000' })] })
  const item = aGraphItem({ id: '1772442904000' })
  expect(keysOf('tenant-a', audit)).toContain(keysOf('tenant-a', item)[0])
  const other = new Set(keysOf('tenant-b', item))
  expect(keysOf('tenant-a', audit, item).filter((key) => other.has(key))).toEqual([])
})
