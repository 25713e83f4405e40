import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Hit, ItemHit, SummaryAnswer } from '../api/answers.ts'
import type { DemoWeek } from '../tenant/demo-week/demo-week.ts'
import { importWeek, jsonLines, tooWide, type ImportedWeek } from './testing.ts'

let here: ImportedWeek
let week: DemoWeek
let folder: string

const run: ImportedWeek['run'] = (argv, options) => here.run(argv, options)
const hitsOf = async (...argv: string[]) =>
  jsonLines<ItemHit>((await run(['search', ...argv, '--json'])).out)

beforeAll(async () => {
  here = await importWeek('stays')
  ;({ week, folder } = here)
})

afterAll(() => here.remove())

describe('import', () => {
  test('counts what the week holds, in one object', () => {
    expect(here.imported.code).toBe(0)
    const [result] = jsonLines<Record<string, unknown>>(here.imported.out)
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
    const times = jsonLines<ItemHit>(oldest.out).map(({ occurredAt }) => occurredAt ?? '')
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
    expect(hits.every(({ occurredAt }) => occurredAt?.startsWith('2026-03-05') === true)).toBe(true)
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
