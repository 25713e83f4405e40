import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeDemoWeek, type DemoWeek } from './demo-week.ts'
import { MOMENTS } from './moments.ts'
import { canonical, csvRows, items, parsed, readBack, type Json, type ReadBack } from './testing.ts'

let folder: string
let week: DemoWeek
let back: ReadBack

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-demo-week-'))
  week = await writeDemoWeek(folder)
  back = await readBack(folder)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('writeDemoWeek()', () => {
  test('writes the same bytes on every run', async () => {
    const second = await mkdtemp(join(tmpdir(), 'daybook-demo-week-'))
    try {
      await writeDemoWeek(second)

      expect(hashOf(await readBack(second))).toBe(hashOf(back))
    } finally {
      await rm(second, { recursive: true, force: true })
    }
  })

  test('writes all three shapes into the folders it names', () => {
    const names = [...back.files.keys()]

    expect(week.folders).toEqual(
      ['management', 'graph', 'purview'].map((name) => join(folder, name)),
    )
    expect(names.filter((name) => /^management\/[^/]+\.json$/.test(name))).toHaveLength(3)
    expect(names.filter((name) => /^management\/[^/]+\.ndjson$/.test(name))).toHaveLength(1)
    expect(names.filter((name) => /^graph\/[^/]+\.json$/.test(name)).length).toBeGreaterThan(9)
    expect(names.filter((name) => /^purview\/AuditLog_[^/]+\.csv$/.test(name))).toHaveLength(1)
  })

  test('expects of an import what an independent count of the files gives', () => {
    const served = [...back.auditRecords, ...back.graphItems]
    const forms = new Map<string, Set<string>>()
    const count = { read: 0, added: 0, repeated: 0, versions: 0, notAi: 0 }
    for (const one of served) {
      count.read += 1
      if (isNotAi(one)) {
        count.notAi += 1
        continue
      }
      const key = identityOf(one)
      const form = canonical(one)
      const known = forms.get(key)
      if (known?.has(form) === true) {
        count.repeated += 1
        continue
      }
      count.added += 1
      if (known !== undefined) count.versions += 1
      forms.set(key, (known ?? new Set()).add(form))
    }

    expect(count).toEqual(week.expected)
    expect(count.versions).toBe(1)
    expect(count.notAi).toBe(10)
  })

  test('holds a week of sixty to ninety exchanges, Monday to Friday, in order', () => {
    const times = MOMENTS.map(({ askedAt }) => askedAt)

    expect(MOMENTS.length).toBeGreaterThanOrEqual(60)
    expect(MOMENTS.length).toBeLessThanOrEqual(90)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    for (const { CreationTime } of back.auditRecords)
      expect(CreationTime).toMatch(/^2026-03-0[2-6]T\d\d:\d\d:\d\d$/)
  })

  test('serves every page newest first, with answers in cards twice', () => {
    let cards = 0
    for (const [name, text] of back.files) {
      if (!name.startsWith('graph/')) continue
      const page = parsed(text)
      expect(page['@odata.context']).toContain('$metadata')
      const times = items(page['value']).map((item) => String(item['createdDateTime']))
      expect(times).toEqual(times.toSorted().toReversed())
      for (const item of items(page['value'])) {
        for (const { contentType, content } of items(item['attachments'])) {
          if (contentType !== 'application/vnd.microsoft.card.adaptive') continue
          const blocks = items(parsed(String(content))['body'])
          expect(blocks).toHaveLength(2)
          expect(blocks[1]?.['id']).toBe('MessageTextField')
          cards += 1
        }
      }
    }
    expect(cards).toBeGreaterThan(30)
  })

  test('writes the portal’s CSV with its exact header and a quote inside JSON inside a cell', () => {
    const text = back.files.get('purview/AuditLog_2026-03-06.csv') ?? ''

    expect(text.slice(0, text.indexOf('\r\n'))).toBe(
      'RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames',
    )
    expect(text).toContain(String.raw`\""Heron\""`)
    const rows = csvRows(text).slice(1)
    expect(rows.length).toBeGreaterThan(15)
    for (const cells of rows) {
      expect(cells).toHaveLength(8)
      expect(parsed(cells[5] ?? '')['Id']).toBe(cells[0])
    }
  })

  test('names only companies that do not exist, and addresses kept for documentation', () => {
    const hosts = new Set<string>()
    for (const text of back.files.values()) {
      const plain = text.replaceAll(String.raw`\/`, '/')
      for (const [, host = ''] of plain.matchAll(/https?:\/\/([^/"\s:]+)/g)) hosts.add(host)
      for (const [, domain = ''] of plain.matchAll(/[\w.]+@([a-z][\w-]*\.[a-z.]+)/g))
        hosts.add(domain)
      for (const [, ip] of plain.matchAll(/ClientIP"{1,2}:"{1,2}([^"]+)/g))
        expect(ip).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:db8:/)
    }

    expect([...hosts].toSorted()).toEqual([
      'contoso.com',
      'contoso.sharepoint.com',
      'graph.microsoft.com',
      'microsoft.teams.com',
      'outlook.office365.com',
      'thread.v',
      'www.adventure-works.com',
    ])
  })

  test('uses well-formed GUIDs', () => {
    const guids = [...back.files.values()].flatMap(
      (text) => text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [],
    )
    // Microsoft's own application, which answers everywhere.
    const own = guids.filter((guid) => guid !== 'fb8d773d-7ef8-4ec0-a117-179f88add510')

    expect(own.length).toBeGreaterThan(500)
    for (const guid of new Set(own))
      expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(back.auditRecords.every(({ OrganizationId }) => OrganizationId === week.tenantId)).toBe(
      true,
    )
  })
})

function hashOf({ files }: ReadBack): string {
  return hash('sha256', JSON.stringify([...files]))
}

function isNotAi({ RecordType, Operation, Workload }: Json): boolean {
  if (RecordType === undefined) return false
  const ours = JSON.stringify([Operation, Workload]).includes('AIInteraction')
  return [2, 6, 14, 15, 25, 50].includes(Number(RecordType)) && !ours
}

function identityOf({ Id, sessionId, id }: Json): string {
  return JSON.stringify([Id, sessionId, id])
}
