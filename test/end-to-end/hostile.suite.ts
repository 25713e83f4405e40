import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Stands in prompts and answers; must never be seen in a message. */
export const CANARY = 'Canaryquetzal'

/** A generator of numbers below a bound; the same seed gives the same numbers. */
export function dice(seed: number): (below: number) => number {
  let state = seed % 2_147_483_647 || 1
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

const messageId = (number: number): string => String(1_770_000_000_000 + number)

/** An audit record as the Management Activity API serves one. */
export function auditRecord(number: number, changes: object = {}): object {
  return {
    CreationTime: '2026-02-03T04:05:06',
    Id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    Operation: 'CopilotInteraction',
    OrganizationId: '11111111-2222-4333-8444-555555555555',
    RecordType: 261,
    UserKey: 'ada',
    UserType: 0,
    Version: 1,
    Workload: 'Copilot',
    UserId: 'ada@contoso.com',
    CopilotEventData: {
      AppHost: 'Word',
      ThreadId: `19:${number}@thread.v2`,
      Messages: [{ Id: messageId(number), isPrompt: true }],
      AccessedResources: [],
    },
    ...changes,
  }
}

/** A prompt as Graph serves one. */
export function promptItem(number: number, content: string): object {
  return {
    id: messageId(number),
    sessionId: `19:${number}@thread.v2`,
    requestId: `request-${number}`,
    appClass: 'IPM.SkypeTeams.Message.Copilot.Word',
    interactionType: 'userPrompt',
    createdDateTime: '2026-02-03T04:05:06.000Z',
    locale: 'en-us',
    body: { contentType: 'text', content },
    from: {
      user: {
        id: 'aaaaaaaa-2222-4333-8444-555555555555',
        displayName: 'Ada',
        userIdentityType: 'aadUser',
      },
    },
    attachments: [],
    links: [],
    contexts: [],
    mentions: [],
  }
}

const list = (...records: readonly string[]): string => `[${records.join(',')}]`
const deep = (open: string, close: string, levels: number, inside = ''): string =>
  `${open.repeat(levels)}${inside}${close.repeat(levels)}`

/** Files of good JSON with bad intentions; name, text, and how many records they hold. */
export function hostileFiles(): readonly (readonly [
  name: string,
  text: string,
  records: number,
])[] {
  let number = 0
  const one = (changes?: object): string => JSON.stringify(auditRecord((number += 1), changes))
  return [
    [
      'proto.json',
      list(
        one().replace(
          '{',
          '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
        ),
      ),
      1,
    ],
    ['nul.json', list(one({ UserId: 'a\u0000b@contoso.com', Workload: 'Cop\u0000ilot' })), 1],
    [
      'lone.json',
      list(one().replace('"Word"', '"\\udfff \\ud800"').replace('ada@', '\\ud83d@')),
      1,
    ],
    [
      'ansi.json',
      list(one({ UserId: '\u001B[31mred\u001B[2J@contoso.com', ObjectId: '\u202Egpj.exe' })),
      1,
    ],
    [
      'paths.json',
      list(
        ...['../../../etc', '/etc/x', '..', 'a\u0000b', 'unassigned/../x'].map((OrganizationId) =>
          one({ OrganizationId }),
        ),
      ),
      5,
    ],
    [
      'deep.json',
      list(
        one().replace('"AccessedResources":[]', `"AccessedResources":${deep('[', ']', 100_000)}`),
      ),
      1,
    ],
    ['deep.ndjson', `${one()}\n${deep('{"a":', '}', 50_000, '1')}\n${one()}\n`, 3],
    ['huge.json', list(one({ ObjectId: 'x'.repeat(5_000_000) })), 1],
    [
      'many.json',
      list(
        one({
          CopilotEventData: {
            Messages: Array.from({ length: 20_000 }, (_, id) => ({
              Id: String(id),
              isPrompt: id % 2 === 0,
            })),
          },
        }),
      ),
      1,
    ],
    ['twice.json', list(one().replace('{', '{"Id":"another",')), 1],
    [
      'types.json',
      list(
        one({ Id: { a: 1 }, CreationTime: 5, RecordType: 'x', CopilotEventData: 'text' }),
        one({ Id: null, UserId: ['a'], CopilotEventData: [1] }),
        one({
          OrganizationId: 12,
          CopilotEventData: { Messages: 'x', AccessedResources: { a: 1 }, Contexts: 7 },
        }),
      ),
      3,
    ],
    [
      'years.json',
      list(
        ...[
          '0001-01-01T00:00:00',
          '9999-12-31T23:59:59',
          '275760-01-01T00:00:00Z',
          '-000001-01-01T00:00:00Z',
          '1900-01-01T00:00:00',
          '2300-01-02T23:59:59',
          'tomorrow',
          '',
        ].map((CreationTime) => one({ CreationTime })),
      ),
      8,
    ],
    ['quoted\u001B[31m"\'\n$(id) name.json', list(one()), 1],
    [
      'one-session.json',
      list(
        ...Array.from({ length: 2_000 }, () =>
          one({
            CopilotEventData: {
              AppHost: 'Word',
              ThreadId: 'same',
              Messages: [{ Id: 'same', isPrompt: true }],
            },
          }),
        ),
      ),
      2_000,
    ],
  ]
}

const row = (auditData: string): string =>
  `"r","2026-02-03T04:05:06","CopilotInteraction","ada@contoso.com","${auditData.replaceAll('"', '""')}"`

/** Files that are cut or spoiled where a prompt's text stands, as each parser meets it. */
export function spoiledFiles(folder: string): void {
  const prompt = `please read the ${CANARY} ledger for the board`
  const page = JSON.stringify({ value: [promptItem(1, prompt), promptItem(2, prompt)] })
  const header = 'RecordId,CreationDate,Operation,UserId,AuditData\r\n'
  const audit = JSON.stringify(auditRecord(9_001, { Prompt: prompt }))
  const files: Readonly<Record<string, string>> = {
    'cut.json': page.slice(0, page.lastIndexOf(CANARY) + 4),
    'unquoted.json': page.replace(`"${prompt}"`, prompt),
    'control.json': page.replace(CANARY, `${CANARY}\n\u0001${CANARY}`),
    'escape.json': page.replace(CANARY, `${CANARY}\\x${CANARY}`),
    'broken-line.ndjson': `${audit}\n{"Id": ${CANARY}, "Prompt": "${CANARY}\n${audit.replace(CANARY, `\\q${CANARY}`)}\n`,
    'broken-cell.csv': `${header}${row(audit)}\r\n${row(audit.slice(0, -30))}\r\n"r","${CANARY}" ${CANARY},"x\r\n`,
    'not-json-cell.csv': `${header}${row(`${CANARY} is no JSON`)}\r\n`,
    'prose.json': `${CANARY} is what was asked`,
    'prose.csv': `${CANARY},${CANARY}\n${CANARY},1\n`,
  }
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  writeFileSync(
    join(folder, 'cut-utf16.json'),
    Buffer.from(`\uFEFF${page.slice(0, -200)}`, 'utf16le'),
  )
}

/** The files of a corpus with bytes changed, cut out, doubled: `strikes` per file. */
export function mutate(from: string, to: string, seed: number, strikes: number): number {
  const roll = dice(seed)
  const files = readdirSync(from, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  mkdirSync(to, { recursive: true })
  for (const [at, entry] of files.entries()) {
    let bytes: Buffer = readFileSync(join(entry.parentPath, entry.name))
    for (let strike = 0; strike < strikes; strike += 1) bytes = struck(bytes, roll)
    writeFileSync(join(to, `${at}-${entry.name}`), bytes)
  }
  return files.length
}

function struck(bytes: Buffer, roll: (below: number) => number): Buffer {
  const at = roll(Math.max(1, bytes.length))
  const length = 1 + roll(40)
  switch (roll(5)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    case 1:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)])
    case 2:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from('"[{]},:\\\u0000\r\n'.charAt(roll(12)) || '"'),
        bytes.subarray(at),
      ])
    case 3: {
      const copy = Buffer.from(bytes)
      copy[at] = roll(256)
      return copy
    }
    default:
      return roll(8) === 0 ? bytes.subarray(0, at) : bytes
  }
}
