import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeDemoWeek, type DemoWeek } from './demo-week.ts'
import { MOMENTS } from './moments.ts'

// The files are read back here without any of the code that wrote them.

type Json = Readonly<Record<string, unknown>>

let folder: string
let week: DemoWeek
let files: ReadonlyMap<string, string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-demo-week-'))
  week = await writeDemoWeek(folder)
  files = await filesIn(folder)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('writeDemoWeek()', () => {
  test('writes the same bytes on every run', async () => {
    const second = await mkdtemp(join(tmpdir(), 'daybook-demo-week-'))
    try {
      await writeDemoWeek(second)

      expect(hashOf(await filesIn(second))).toBe(hashOf(files))
    } finally {
      await rm(second, { recursive: true, force: true })
    }
  })

  test('writes all three shapes into the folders it names', () => {
    const names = [...files.keys()]

    expect(week.folders).toEqual(
      ['management', 'graph', 'purview'].map((name) => join(folder, name)),
    )
    expect(names.filter((name) => /^management\/[^/]+\.json$/.test(name))).toHaveLength(3)
    expect(names.filter((name) => /^management\/[^/]+\.ndjson$/.test(name))).toHaveLength(1)
    expect(names.filter((name) => /^graph\/[^/]+\.json$/.test(name)).length).toBeGreaterThan(9)
    expect(names.filter((name) => /^purview\/AuditLog_[^/]+\.csv$/.test(name))).toHaveLength(1)
  })

  test('expects of an import what an independent count of the files gives', () => {
    const served = [...auditRecords(), ...graphItems()]
    const forms = new Map<string, Set<string>>()
    const count = { read: 0, added: 0, repeated: 0, versions: 0, notAi: 0 }
    for (const record of served) {
      count.read += 1
      if (isNotAi(record)) {
        count.notAi += 1
        continue
      }
      const key = identityOf(record)
      const form = canonical(record)
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
    for (const { CreationTime } of auditRecords())
      expect(CreationTime).toMatch(/^2026-03-0[2-6]T\d\d:\d\d:\d\d$/)
  })

  test('serves every page newest first, with answers in cards twice', () => {
    let cards = 0
    for (const [, text] of filesOf('graph')) {
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
    const text = files.get('purview/AuditLog_2026-03-06.csv') ?? ''

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
    for (const text of files.values()) {
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
    const guids = [...files.values()].flatMap(
      (text) => text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [],
    )
    const published = 'fb8d773d-7ef8-4ec0-a117-179f88add510'

    expect(guids.length).toBeGreaterThan(500)
    for (const guid of new Set(guids))
      if (guid !== published)
        expect(guid).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        )
    expect(auditRecords().every(({ OrganizationId }) => OrganizationId === week.tenantId)).toBe(
      true,
    )
  })
})

describe('what the week holds', () => {
  test('is where `notable` says', () => {
    const { notable } = week
    const heron = resource(notable.labelled.recordId, notable.labelled.file)

    expect(record(notable.jailbreak.recordId)).toContain('"JailbreakDetected":true')
    expect(record(notable.xpia.recordId)).toContain('"XPIADetected":true')
    expect(record(notable.dlpBlocked.recordId)).toContain('"BlockAccess"')
    expect(record(notable.webSearch.recordId)).toContain('"BingWebSearch"')
    expect(heron?.['SensitivityLabelId']).toBe(notable.labelled.labelId)
    expect(record(notable.proveRecordId)).toContain(notable.conversationSession)
    expect(record(notable.twin.runtimeRecordId)).toContain('"m365copilot"')
    expect(turnsOf(notable.conversationSession)).toHaveLength(10)
  })

  test('has an answer that cites a file which the audit record does not list', () => {
    const { recordId, answerId, file } = week.notable.disagreement
    const answer = graphItems().find(({ id }) => id === answerId)

    expect(items(answer?.['links']).map(({ displayName }) => displayName)).toContain(file)
    expect(resource(recordId, file)).toBeUndefined()
  })

  test('has text without audit, and audit without text', () => {
    const { textWithoutAudit, auditWithoutText } = week.notable

    expect(textWithoutAudit.recordId).toBeNull()
    expect(turnsOf(textWithoutAudit.sessionId)).toHaveLength(2)
    expect(auditRecords().map(canonical).join('\n')).not.toContain(textWithoutAudit.sessionId)
    expect(record(auditWithoutText.recordId)).toContain(auditWithoutText.promptId)
    expect(turnsOf(auditWithoutText.sessionId)).toEqual([])
  })

  test('has one answer in two histories, and one whose text changed', () => {
    const { meeting, edited } = week.notable
    const texts = graphItems().filter(({ id }) => id === edited.answerId)

    expect(graphItems().filter(({ id }) => id === meeting.answerId)).toHaveLength(2)
    expect(graphItems().filter(({ id }) => id === meeting.promptId)).toHaveLength(1)
    expect(texts).toHaveLength(2)
    expect(new Set(texts.map(({ etag }) => etag)).size).toBe(2)
    expect(new Set(texts.map(canonical)).size).toBe(2)
  })

  test('has a prompt that is hostile to terminals and spreadsheets', () => {
    const prompt = graphItems().find(({ id }) => id === week.notable.hostileText.promptId)
    const { content } = parsed(JSON.stringify(prompt?.['body']))

    expect(content).toContain('\u001b[2J')
    expect(content).toContain('\u202E')
    expect(content).toContain("=cmd|'")
  })

  test('has a third of prompts that applications sent themselves', () => {
    const prompts = new Map(
      graphItems()
        .filter(({ interactionType }) => interactionType === 'userPrompt')
        .map((item) => [item['id'], JSON.stringify(item['body'])]),
    )
    const automatic = [...prompts.values()].filter((body) => body.includes('[AutoGenerated]'))

    expect(week.notable.automaticShare).toEqual({
      automatic: automatic.length,
      prompts: prompts.size,
    })
    expect(automatic.length / prompts.size).toBeCloseTo(1 / 3, 1)
  })
})

async function filesIn(root: string): Promise<Map<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const found = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name))
  const read = await Promise.all(
    found.toSorted().map(async (path) => {
      return [path.slice(root.length + 1), await readFile(path, 'utf8')] as const
    }),
  )
  expect(read.length).toBeGreaterThan(0)
  return new Map(read)
}

function hashOf(written: ReadonlyMap<string, string>): string {
  return createHash('sha256')
    .update(JSON.stringify([...written]))
    .digest('hex')
}

function filesOf(shape: string): [string, string][] {
  return [...files].filter(([name]) => name.startsWith(`${shape}/`))
}

function parsed(text: string): Json {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) throw new Error('Expected a JSON object')
  return value
}

function items(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function auditRecords(): Json[] {
  const blobs = filesOf('management').flatMap(([name, text]) =>
    name.endsWith('.ndjson') ? text.trimEnd().split('\n').map(parsed) : items(JSON.parse(text)),
  )
  const rows = filesOf('purview').flatMap(([, text]) => csvRows(text).slice(1))
  return [...blobs, ...rows.map((cells) => parsed(cells[5] ?? ''))]
}

function graphItems(): Json[] {
  return filesOf('graph').flatMap(([, text]) => items(parsed(text)['value']))
}

/** RFC 4180, for well-formed files. */
function csvRows(text: string): string[][] {
  return text
    .trimEnd()
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    )
}

function isNotAi(served: Json): boolean {
  if (!('RecordType' in served)) return false
  const words = `${String(served['Operation'])} ${String(served['Workload'])}`
  return (
    [2, 6, 14, 15, 25, 50].includes(Number(served['RecordType'])) && !/AIInteraction/.test(words)
  )
}

function identityOf(served: Json): string {
  const { Id, sessionId, id } = served
  return Id === undefined ? `interaction ${String(sessionId)} ${String(id)}` : `audit ${String(Id)}`
}

/** Sorted keys, and arrays as sets. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, part]) => `"${name}":${canonical(part)}`)
  return `{${members.toSorted().join(',')}}`
}

function record(id: string | null): string {
  const found = auditRecords().find(({ Id }) => Id === id)
  return JSON.stringify(found ?? null)
}

function resource(recordId: string | null, name: string): Json | undefined {
  const { CopilotEventData } = parsed(record(recordId))
  const accessed = isObject(CopilotEventData) ? CopilotEventData['AccessedResources'] : null
  return items(accessed).find(({ Name }) => Name === name)
}

function turnsOf(session: string): string[] {
  const ids = graphItems().filter(({ sessionId }) => sessionId === session)
  return [...new Set(ids.map(({ id }) => String(id)))]
}
