import { expect, test } from 'vitest'
import { append, TENANT } from './builders.suite.ts'
import { aFolder } from './folder.suite.ts'
import { openTenantArchives, type TenantArchives } from './tenant-archives.ts'

const AT = '2026-03-06T12:00:00.000Z'

function open(dataDir: string, epoch: number): TenantArchives {
  const clock = { now: () => new Date(AT), sleep: () => Promise.resolve() }
  return openTenantArchives({ dataDir, epoch: () => epoch, software: 'test', clock })
}

test('the newest writer is told, although it sealed what an older one had begun', async () => {
  const dataDir = aFolder()
  const older = open(dataDir, 3)
  expect(older.tenants()).toEqual([])
  await append(await older.writer(TENANT), 2)
  await older.close()
  const newer = open(dataDir, 7)
  await (await newer.writer(TENANT)).seal()
  await newer.close()

  expect(await open(dataDir, 1).lastEntry(TENANT)).toEqual({ epoch: 7, at: AT })
})
