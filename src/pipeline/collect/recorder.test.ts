import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openJournal } from '../../activity/journal.ts'
import { openTenantArchives, type TenantArchives } from '../../archive/tenant-archives.ts'
import type { ArchiveWriter } from '../../archive/types.ts'
import { openCatalog, type Catalog } from '../../catalog/catalog.ts'
import { collectMeasures } from '../../catalog/collect/measures.ts'
import { collectReader } from '../../catalog/collect/reader.ts'
import { openRepeatKeys, type RepeatKeys } from '../../catalog/repeat-keys.ts'
import { systemClock } from '../../platform/clock.ts'
import { CodedError } from '../../platform/errors.ts'
import { catchUp } from '../catch-up.ts'
import { startCrew, type Crew } from '../crew.ts'
import { Recorder, type Recorded } from './recorder.ts'
import { splitBody } from './split-body.ts'
import { Tallies } from './tallies.ts'

const TENANT = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'

let folder = ''
let real: TenantArchives
let archives: TenantArchives
let catalog: Catalog
let keys: RepeatKeys
let crew: Crew
let recorder: Recorder
const troubles: unknown[] = []
/** Appends of records that fail from now on, until the archive is opened anew. */
let failing: CodedError | null = null

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-recorder-'))
  real = openTenantArchives({
    dataDir: folder,
    epoch: () => 1,
    software: 'test',
    clock: systemClock,
  })
  archives = { ...real, writer: async (tenant) => failable(await real.writer(tenant)) }
  catalog = openCatalog(join(folder, 'catalog.db'))
  keys = openRepeatKeys(join(folder, 'keys.db'))
  crew = startCrew(2)
  const measures = collectMeasures(catalog.database)
  const tallies = new Tallies({
    archives,
    measures,
    crew: () => crew,
    contexts,
    clock: systemClock,
  })
  recorder = new Recorder({
    archives,
    catalog,
    keys,
    journal: openJournal(archives, systemClock),
    crew,
    clock: systemClock,
    contexts,
    actor: 'daybook:test',
    indexer: () => null,
    tallies,
    async mend() {
      failing = null
      await real.close()
      await real.writer(TENANT)
      await catchUp({ archives, keys, index: null, contexts, crew: () => crew })
      await tallies.catchUp(new AbortController().signal)
    },
    onIndexed: () => undefined,
    onTrouble: (error) => troubles.push(error),
  })
})

afterAll(async () => {
  await recorder.close()
  await crew.close()
  await real.close()
  keys.close()
  catalog.close()
  rmSync(folder, { recursive: true, force: true })
})

function failable(writer: ArchiveWriter): ArchiveWriter {
  return {
    tenant: writer.tenant,
    recovery: writer.recovery,
    nextSequence: (stream) => writer.nextSequence(stream),
    append: async (group) => {
      if (failing !== null && group.stream === 'records') throw failing
      await writer.append(group)
    },
    sealIfDue: (now) => writer.sealIfDue(now),
    seal: (stream) => writer.seal(stream),
    appendEntry: (kind, body) => writer.appendEntry(kind, body),
    checkpoint: () => writer.checkpoint(),
    close: (options) => writer.close(options),
  }
}

const contexts = () => ({})

let ids = 0
async function record(numbers: readonly number[]): Promise<Recorded> {
  const text = JSON.stringify(
    numbers.map((number) => ({
      Id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      RecordType: 261,
      CreationTime: '2026-03-02T10:00:00',
      Operation: 'CopilotInteraction',
      Workload: 'Copilot',
      OrganizationId: TENANT,
      UserId: 'avery.howard@contoso.com',
      CopilotEventData: { AppHost: 'Word', Messages: [] },
    })),
  )
  const body = {
    name: 'blob',
    shape: 'management-blob' as const,
    context: { format: 'audit' as const },
    bytes: once(Buffer.from(text)),
  }
  const origin = {
    name: 'management-activity',
    availableAt: '2026-03-02T10:30:00Z',
    liveSince: null,
  }
  for await (const event of splitBody(body, origin, () => `container ${(ids += 1)}`)) {
    if (event.type === 'chunk') {
      if (event.isFirst) recorder.begin(event.chunk.container)
      await recorder.take(TENANT, event.chunk)
    } else if (event.type === 'end') {
      const [end] = event.ends
      if (end !== undefined) return recorder.end(TENANT, end)
    }
  }
  throw new Error('nothing was split')
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

test('a container is recorded soon although its batch is small, with what became of each record', async () => {
  // Otherwise nothing would ever come of it: no more follows.
  expect(await record([1, 2])).toMatchObject({ added: 2, repeated: 0 })
  expect(await record([2, 3])).toMatchObject({ added: 1, repeated: 1 })
})

test('a full disk is told to whoever waits, and once it is mended everything is recorded, once', async () => {
  failing = new CodedError('DISK_FULL', 'Cannot write: the disk is full')
  const lost = await Promise.allSettled([record([4, 5]), record([6])])
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const again = await Promise.all([record([4, 5]), record([6])])

  expect(again.reduce((sum, { added }) => sum + added, 0)).toBe(3)
  expect(troubles.map((error) => (error instanceof CodedError ? error.code : error))).toEqual([
    'DISK_FULL',
    null,
  ])
  expect((await real.writer(TENANT)).nextSequence('records')).toBe(6)
})

test('what has to be alone runs while nothing is recorded, and what comes meanwhile is recorded afterwards', async () => {
  const steps: string[] = []
  const alone = recorder.exclusive(async () => {
    const before = (await real.writer(TENANT)).nextSequence('records')
    await new Promise((resolve) => {
      setTimeout(resolve, 600)
    })
    const after = (await real.writer(TENANT)).nextSequence('records')
    steps.push(`alone ${after - before}`)
  })
  const recorded = (async () => {
    await record([7])
    steps.push('recorded')
  })()
  await Promise.all([alone, recorded])

  expect(steps).toEqual(['alone 0', 'recorded'])
})

test('who was active when is counted in the workers, and again from the archive when the counts are lost', async () => {
  await recorder.close()
  const counted = collectReader(catalog.database, TENANT).activity('2026-03-02', '2026-03-03')
  catalog.database.exec('DELETE FROM collect_activity; DELETE FROM collect_tallied')
  const measures = collectMeasures(catalog.database)
  const tallies = new Tallies({
    archives: real,
    measures,
    crew: () => crew,
    contexts: () => ({}),
    clock: systemClock,
  })
  await tallies.catchUp(new AbortController().signal)

  expect(counted).toEqual([
    { user: 'avery.howard@contoso.com', day: '2026-03-02', audit: 7, texts: 0 },
  ])
  expect(collectReader(catalog.database, TENANT).activity('2026-03-02', '2026-03-03')).toEqual(
    counted,
  )
})
