import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Item, ItemAnswer } from '../api/answers.ts'
import type { DemoWeek } from '../tenant/demo-week/demo-week.ts'
import { importWeek, jsonLines, runHere, tooWide, type ImportedWeek } from './testing.ts'

let here: ImportedWeek
let week: DemoWeek
let folder: string

const run: ImportedWeek['run'] = (argv, options) => here.run(argv, options)

beforeAll(async () => {
  here = await importWeek('stays')
  ;({ week, folder } = here)
})

afterAll(() => here.remove())

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
