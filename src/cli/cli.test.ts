import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Hit, Item, ItemAnswer, ItemHit, SummaryAnswer } from '../api/answers.ts'
import { writeDemoWeek, type DemoWeek } from '../tenant/demo-week/demo-week.ts'
import { columnsOf } from './terminal.ts'
import { jsonLines, runHere, type Ran, type RunOptions } from './testing.ts'

let folder: string
let week: DemoWeek
let imported: Ran

const run = (argv: readonly string[], options?: RunOptions) =>
  runHere([...argv, '--data-dir', join(folder, 'records')], options)
const hitsOf = async (...argv: string[]) =>
  jsonLines<ItemHit>((await run(['search', ...argv, '--json'])).out)
const tooWide = ({ out }: Ran) => out.split('\n').filter((line) => columnsOf(line) > 80)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-cli-'))
  week = await writeDemoWeek(join(folder, 'exports'))
  imported = await run(['import', ...week.folders, '--json'])
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('import', () => {
  test('counts what the week holds, in one object', () => {
    expect(imported.code).toBe(0)
    const [result] = jsonLines<Record<string, unknown>>(imported.out)
    expect(result).toMatchObject({ ...week.expected, unmapped: 0, errors: [] })
    expect(Object.keys(result ?? {}).slice(0, 8)).toEqual([
      'read',
      'added',
      'repeated',
      'versions',
      'notAi',
      'unmapped',
      'errors',
      'seconds',
    ])
  })

  test('adds nothing the second time', async () => {
    const { out, code } = await run(['import', ...week.folders, '--json'])
    expect(code).toBe(0)
    const { read, notAi } = week.expected
    expect(jsonLines(out)).toMatchObject([
      { read, added: 0, versions: 0, repeated: read - notAi, notAi },
    ])
  })

  test('ends with 3 and says where, for a broken file and for one that is no export', async () => {
    const broken = join(folder, 'broken.json')
    const picture = join(folder, 'picture.json')
    writeFileSync(
      broken,
      readFileSync(join(week.folders[0] ?? '', 'audit-general-2026-03-02.json')).subarray(0, 5_000),
    )
    writeFileSync(picture, '\u0089PNG not an export')
    const { code, out } = await run(['import', broken, picture])
    expect(code).toBe(3)
    expect(out).toMatch(/broken\.json\s+at\s+byte\s+\d/)
    expect(out).toContain('picture.json')
    expect(out).toMatch(/added +0/)
  })
})

describe('search', () => {
  test('finds everything notable, once, by its own words', async () => {
    const {
      automaticShare: _,
      conversationSession: __,
      proveRecordId: ___,
      ...turns
    } = week.notable
    const told = Object.values(turns)
    const found = []
    for (const { kql, recordId, upn } of told) {
      const hits = await hitsOf(kql)
      const [hit] = hits
      // Graph alone knows a person by the object id.
      const isThere =
        recordId === null ||
        (hit?.custodians.includes(upn) === true && hit.recordIds.includes(recordId))
      found.push({ kql, count: hits.length, isThere })
    }
    expect(found).toEqual(told.map(({ kql }) => ({ kql, count: 1, isThere: true })))
    expect(found).toHaveLength(13)
  })

  test('gives one object a line with stable names', async () => {
    const [hit] = await hitsOf(week.notable.jailbreak.kql)
    expect(hit).toMatchObject({
      unit: 'item',
      kind: 'interaction',
      occurredAt: '2026-03-05T09:33:21.657Z',
      custodians: [week.notable.jailbreak.upn],
      surface: 'Chat',
      session: week.notable.jailbreak.sessionId,
      jailbreak: true,
    })
    expect(hit?.id).toMatch(/^[0-9a-f]{32}$/)
  })

  test('counts each unit as it lists it', async () => {
    for (const unit of ['item', 'record', 'interaction']) {
      const { out } = await run(['search', 'kind:interaction', '--count', '--unit', unit])
      const listed = jsonLines<Hit>(
        (await run(['search', 'kind:interaction', '--all', '--json', '--unit', unit])).out,
      )
      expect(out).toBe(`${listed.length}\n`)
      expect(new Set(listed.map((hit) => hit.unit))).toEqual(new Set([unit]))
    }
  })

  test('lists newest first, or oldest, and never cuts off silently', async () => {
    const newest = await run(['search', '--result-size', '3'])
    const oldest = await run(['search', '--top', '3', '--order', 'oldest', '--json'])
    const all = Number((await run(['search', '--count'])).out)
    expect(newest.out).toContain(
      `Showing 3 of ${all} items, newest first, times in UTC. The index is complete.`,
    )
    expect(oldest.err).toContain(`Listed 3 of ${all} items`)
    const times = jsonLines<ItemHit>(oldest.out).map(({ occurredAt }) => occurredAt)
    expect(times).toEqual(times.toSorted())
    expect(times[0]).toMatch(/^2026-03-02/)
  })

  test('takes Search-UnifiedAuditLog’s parameters and says what times they mean', async () => {
    const { out, err } = await run([
      'search',
      '-StartDate',
      '2026-03-05',
      '-EndDate',
      '2026-03-06',
      '-Operations',
      'CopilotInteraction',
      '-UserIds',
      week.notable.jailbreak.upn,
      '-ResultSize',
      '50',
      '-SessionId',
      'x',
      '--json',
    ])
    const hits = jsonLines<ItemHit>(out)
    expect(hits.map(({ id }) => id)).toEqual(
      expect.arrayContaining((await hitsOf(week.notable.jailbreak.kql)).map(({ id }) => id)),
    )
    expect(hits.every(({ occurredAt }) => occurredAt.startsWith('2026-03-05'))).toBe(true)
    expect(err).toContain('from 2026-03-05T00:00:00.000Z to 2026-03-06T00:00:00.000Z')
    expect(err).toContain('--session-id has no effect')
  })

  test('shows facets and bars that fit the terminal', async () => {
    const ran = await run(['search', '--facets'])
    expect(tooWide(ran)).toEqual([])
    expect(ran.out).toContain('2026-03-02')
    const [summary] = jsonLines<SummaryAnswer>((await run(['search', '--facets', '--json'])).out)
    expect(summary?.facets.map(({ name }) => name)).toEqual([
      'surface',
      'custodian',
      'agent',
      'label',
      'kind',
      'flag',
    ])
  })

  test('prints blocks that fit 80 columns, for every unit, with hostile text made visible', async () => {
    for (const unit of ['item', 'record', 'interaction']) {
      const ran = await run(['search', '--all', '--unit', unit])
      expect(tooWide(ran)).toEqual([])
      // eslint-disable-next-line no-control-regex
      expect(ran.out).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u200B-\u200F\u202A-\u202E]/)
    }
  })

  test('ends with 7 for nothing only when asked to, and with 2 for a query it cannot read', async () => {
    expect((await run(['search', 'nosuchwordanywhere'])).code).toBe(0)
    expect((await run(['search', 'nosuchwordanywhere', '--fail-empty'])).code).toBe(7)
    const bad = await run(['search', 'usr:avery', '--json'])
    expect(bad.code).toBe(2)
    expect(bad.err).toMatch(
      /^daybook: [^\n]+"user"[^\n]* \[QUERY_UNKNOWN_PROPERTY\]\n +usr:avery\n +\^\n$/,
    )
    expect(jsonLines(bad.out)).toMatchObject([
      { error: { code: expect.stringMatching(/^QUERY_/) } },
    ])
    expect((await run(['search', '--facets', '--unit', 'record'])).code).toBe(2)
    expect((await run(['search', 'a) OR (b', '--operations', 'x'])).code).toBe(2)
  })
})

describe('show', () => {
  test('tells the item, its provenance and its records, in 80 columns', async () => {
    const ran = await run(['show', week.notable.edited.recordId ?? ''])
    expect(ran.code).toBe(0)
    for (const words of [
      'What happened',
      'CHANGED_AFTERWARDS',
      'Where each field comes from',
      'version 2 of 2',
      'seen again',
      'sealed in',
    ]) {
      expect(ran.out).toContain(words)
    }
    expect(tooWide(ran)).toEqual([])
  })

  test('gives item and records as one object', async () => {
    const [answer] = jsonLines<ItemAnswer>(
      (await run(['show', week.notable.xpia.recordId ?? '', '--json'])).out,
    )
    expect(answer?.value[0]?.item.xpia).toBe(true)
    expect(answer?.value[0]?.records.map(({ nativeId }) => nativeId)).toContain(
      week.notable.xpia.recordId,
    )
  })

  test('finds the item of a record by its sequence', async () => {
    const id = week.notable.proveRecordId
    const [byId] = jsonLines<ItemAnswer>((await run(['show', id, '--json'])).out)
    const sequence = byId?.value[0]?.records.find(({ nativeId }) => nativeId === id)?.sequence
    const bySequence = await run(['show', `${sequence}`, '--json'])
    expect(jsonLines<ItemAnswer>(bySequence.out)).toEqual([byId])
    expect((await run(['show', '999999'])).code).toBe(7)
  })

  test('gives the raw text as it was served, to the byte', async () => {
    const id = week.notable.proveRecordId
    const { out } = await run(['show', id, '--raw'])
    const served = readFileSync(
      join(week.folders[0] ?? '', 'audit-general-2026-03-03.json'),
      'utf8',
    )
    const raw = out.split('\n').find((line) => line.includes(id)) ?? 'none'
    expect(served).toContain(raw)
  })

  test('does not let raw text reach a terminal as it is', async () => {
    const id = week.notable.hostileText.recordId ?? ''
    // eslint-disable-next-line no-control-regex
    const hostile = /[\u0000-\u0009\u000B-\u001F\u200B-\u200F\u202A-\u202E]/
    const shown = await run(['show', id, '--raw'], { terminal: true })
    const turn = await run(['show', id, '--no-color'], { terminal: true })
    expect(shown.out).not.toMatch(hostile)
    expect(turn.out).not.toMatch(hostile)
    expect(turn.out).toContain('<U+')
  })

  test('ends with 7 for an id that nothing has', async () => {
    const { code, err } = await run(['show', '19:nothing@thread.v2'])
    expect(code).toBe(7)
    expect(err).toContain('[NOT_FOUND]')
  })
})

describe('conversation', () => {
  test('is the same for the session and for a record in it', async () => {
    const { conversationSession, proveRecordId } = week.notable
    const bySession = await run(['conversation', conversationSession])
    const byRecord = await run(['conversation', proveRecordId])
    expect(bySession).toEqual(byRecord)
    expect(tooWide(bySession)).toEqual([])
    expect(bySession.out.match(/│/g)?.length).toBeGreaterThan(20)
  })

  test('gives items oldest first, one a line', async () => {
    const items = jsonLines<Item>(
      (await run(['conversation', week.notable.conversationSession, '--json'])).out,
    )
    expect(items).toHaveLength(5)
    const times = items.map(({ occurredAt }) => occurredAt)
    expect(times).toEqual(times.toSorted())
  })
})

describe('prove and verify', () => {
  test('write a proof that holds, and that does not hold for another record', async () => {
    const out = join(folder, 'proof')
    const id = week.notable.proveRecordId
    const proven = await run(['prove', id, '--output-path', out, '--json'])
    expect(proven.code).toBe(0)
    const [
      { files, proofBytes } = { files: { proof: '', record: '', publicKey: '' }, proofBytes: 0 },
    ] = jsonLines<{
      files: { proof: string; record: string; publicKey: string }
      proofBytes: number
    }>(proven.out)
    expect(proofBytes).toBeLessThanOrEqual(4_096)
    const check = (record: string) =>
      runHere([
        'verify',
        '--proof',
        files.proof,
        '--record',
        record,
        '--public-key',
        files.publicKey,
      ])
    expect((await check(files.record)).code).toBe(0)
    const forged = join(folder, 'forged.json')
    writeFileSync(forged, readFileSync(files.record, 'utf8').replace('"sequence"', '"Sequence"'))
    const refused = await check(forged)
    expect(refused.code).toBe(4)
    expect(refused.out).toContain('NOT proven')
    expect((await run(['prove', id, '--output-path', out])).code).toBe(1)
    expect((await run(['prove', id, '--output-path', out, '--force'])).code).toBe(0)
  })

  test('find the archive intact, and say so in one object', async () => {
    const { code, out } = await run(['verify', '--json'])
    expect(code).toBe(0)
    expect(jsonLines(out)).toMatchObject([{ records: week.expected.added, findings: [] }])
    expect((await run(['verify'])).out).toMatch(/^224 records in \d+ segments: intact\n$/)
  })

  test('end with 2 for what is no archive, no key or no file', async () => {
    expect((await runHere(['verify', join(folder, 'exports')])).code).toBe(2)
    expect((await runHere(['verify', join(folder, 'nowhere')])).code).toBe(2)
    expect((await run(['verify', '--public-key', join(folder, 'broken.json')])).code).toBe(2)
    expect((await run(['verify', '--since', join(folder, 'missing')])).code).toBe(2)
    expect((await runHere(['verify', '--proof', 'x'])).code).toBe(2)
  })
})

describe('the other commands', () => {
  test('status tells what is there', async () => {
    const { out, code } = await run(['status', '--json'])
    expect(code).toBe(0)
    expect(jsonLines(out)).toMatchObject([
      { tenants: [{ tenant: week.tenantId, records: 224, indexed: 224 }] },
    ])
    expect(tooWide(await run(['status']))).toEqual([])
  })

  test('reindex gives the same answers', async () => {
    const before = await run(['search', '--all', '--json'])
    expect((await run(['reindex'])).code).toBe(0)
    expect(await run(['search', '--all', '--json'])).toEqual(before)
  })

  test('init refuses a tenant that is no GUID', async () => {
    const { code, err } = await runHere([
      'init',
      '--tenant',
      'contoso',
      '--data-dir',
      join(folder, 'other'),
    ])
    expect(code).toBe(2)
    expect(err).toContain('GUID')
  })
})
