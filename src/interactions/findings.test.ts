import { describe, expect, test } from 'vitest'
import {
  aGraphItem,
  aMessage,
  anAgent,
  anAudit,
  aPart,
  aResource,
} from '../../test/facts-builder.ts'
import { FINDINGS } from './findings.ts'
import type { ItemFinding } from './item.ts'
import { reconcile } from './reconcile.ts'
import type { Facts } from './record.ts'

const PROMPT = '1772712000000'
const ANSWER = '1772712004000'
const listed = [
  aMessage({ id: PROMPT, role: 'prompt' }),
  aMessage({ id: ANSWER, role: 'answer', jailbreak: false }),
]
const audit = (given: Partial<Facts> = {}) => anAudit({ messages: listed, ...given })
const second = (given: Partial<Facts>) => audit({ nativeId: 'audit-2', ...given })
const prompt = (given: Partial<Facts> = {}) => aGraphItem({ id: PROMPT }, given)
const answer = (given: Partial<Facts> = {}) => aGraphItem({ id: ANSWER, role: 'answer' }, given)

function findings(...all: Facts[]): ItemFinding[] {
  const items = reconcile(all.map((facts, sequence) => aPart(sequence, facts)))
  return items.flatMap((item) => item.findings)
}
const codes = (...all: Facts[]) => findings(...all).map(({ code }) => code)

describe('what one of the sources lacks', () => {
  test('is nothing for an exchange that both tell of', () => {
    expect(findings(audit(), prompt(), answer())).toEqual([])
  })

  test('is the audit record: TEXT_WITHOUT_AUDIT', () => {
    expect(findings(prompt(), answer())).toEqual([
      {
        code: 'TEXT_WITHOUT_AUDIT',
        message: 'No audit record tells of this exchange',
        sequences: [0, 1],
      },
    ])
    const another = aGraphItem({ id: '1772712008000', role: 'answer' })
    expect(findings(audit(), prompt(), answer(), another)).toEqual([
      {
        code: 'TEXT_WITHOUT_AUDIT',
        message: 'No audit record lists 1 of 3 messages',
        sequences: [3],
      },
    ])
  })

  test('is the text: AUDIT_WITHOUT_TEXT', () => {
    expect(findings(audit(), prompt())).toEqual([
      {
        code: 'AUDIT_WITHOUT_TEXT',
        message: 'The text of 1 of 2 messages that the audit record lists was not served',
        sequences: [0],
      },
    ])
  })

  test.each<[string, Partial<Facts>]>([
    ['custom-engine agents', { agent: anAgent() }],
    ['Security Copilot', { surface: 'Security Copilot' }],
    ['records without messages', { messages: [] }],
    ['administration', { kind: 'agent-admin' }],
  ])('is not missed for %s, whose text nobody serves', (_, given) => {
    expect(codes(audit(given))).toEqual([])
  })
})

describe('CITED_NOT_LISTED', () => {
  const url = 'https://contoso.sharepoint.com/sites/hr/Salaries.xlsx'
  const cites = (given = {}) =>
    answer({ resources: [aResource({ url, name: 'Salaries', origin: 'link', ...given })] })

  test('names an answer that points at a tenant file the audit record does not list', () => {
    expect(findings(audit(), prompt(), cites())).toEqual([
      {
        code: 'CITED_NOT_LISTED',
        message:
          'The answer points at 1 file of the tenant that the audit record does not list as accessed',
        sequences: [0, 2],
      },
    ])
  })

  test('is silent for listed files, web pages, and as long as there is no audit record', () => {
    const resources = [aResource({ id: 'x', url: `${url}?web=1` })]

    expect(codes(audit({ resources }), prompt(), cites())).toEqual([])
    expect(codes(audit(), prompt(), cites({ place: 'web' }))).toEqual([])
    expect(codes(prompt(), cites())).toEqual(['TEXT_WITHOUT_AUDIT'])
  })

  test.each<[string, Facts]>([
    ['a meeting', cites({ url: 'https://teams.microsoft.com/l/meeting/details?eventId=1' })],
    ['a chat', cites({ url: 'https://microsoft.teams.com/threads/19:meeting_x@thread.v2' })],
    ['a site', cites({ url: 'https://contoso.sharepoint.com/sites/hr' })],
  ])('is silent about %s', (_, record) => {
    expect(codes(audit(), prompt(), record)).toEqual([])
  })

  test('is silent about what the user attached, and names what only a viewer’s address tells', () => {
    const resources = [aResource({ url, origin: 'attachment' })]
    const viewer =
      'https://contoso.sharepoint.com/_layouts/15/Doc.aspx?sourcedoc=%7B8d0a4c5e-0000-4000-8000-000000000001%7D'

    expect(codes(audit(), prompt({ resources }), answer())).toEqual([])
    expect(codes(audit(), prompt(), cites({ url: viewer }))).toEqual(['CITED_NOT_LISTED'])
  })
})

describe('records that contradict each other', () => {
  test('about a flag: FLAGS_DIFFER', () => {
    const attacked = second({ messages: [aMessage({ id: ANSWER, jailbreak: true })] })
    expect(codes(audit(), attacked, prompt(), answer())).toEqual(['FLAGS_DIFFER'])

    const clean = audit({ resources: [aResource({ id: 'f', xpia: false })] })
    const infected = second({ resources: [aResource({ id: 'f', xpia: true })] })
    expect(codes(clean, infected, prompt(), answer())).toEqual(['FLAGS_DIFFER'])
  })

  test('but not when one of them only does not know', () => {
    const unknown = second({ messages: [aMessage({ id: ANSWER, jailbreak: null })] })

    expect(codes(audit(), unknown, prompt(), answer())).toEqual([])
  })

  const avery = { objectId: 'o-avery', upn: 'avery@contoso.com', name: null }
  const robin = { objectId: 'o-robin', upn: 'robin@contoso.com', name: null }
  const elsewhere = { nativeId: 'another history', user: avery }

  test.each<[string, Facts]>([
    ['surface', prompt({ ...elsewhere, surface: 'Excel' })],
    ['role of a message', aGraphItem({ id: PROMPT, role: 'answer' }, elsewhere)],
    ['text of a message', prompt({ ...elsewhere, ...textOf('Other words') })],
    ['agent', second({ user: avery, agent: anAgent({ key: 'agent-2' }) })],
    ['user', prompt({ ...elsewhere, user: robin })],
  ])('about a fact (%s): FIELDS_DIFFER', (field, record) => {
    const agent = anAgent({ kind: 'declarative' })

    const found = findings(audit({ user: avery, agent }), prompt({ user: avery }), answer(), record)

    expect(found).toEqual([
      expect.objectContaining({
        code: 'FIELDS_DIFFER',
        message: `Records name different values for: ${field}`,
      }),
    ])
  })

  test('are not found in one chat that shows in two hosts', () => {
    expect(codes(audit({ surface: 'Teams' }), prompt({ surface: 'Chat' }), answer())).toEqual([])
  })
})

test('no finding quotes what people wrote', () => {
  const secret = 'Project Nightjar'
  const found = findings(
    audit({ nativeId: 'a', surface: 'Excel' }),
    prompt(textOf(secret)),
    prompt({ nativeId: 'b', ...textOf(`${secret} 2`) }),
    answer({ resources: [aResource({ name: secret, type: 'File', origin: 'link' })] }),
  )

  expect(found.length).toBeGreaterThan(2)
  expect(JSON.stringify(found)).not.toContain(secret)
})

test('every finding is explained', () => {
  for (const explanation of Object.values(FINDINGS)) expect(explanation.length).toBeGreaterThan(60)
})

function textOf(text: string): Pick<Facts, 'messages'> {
  return { messages: [aMessage({ id: PROMPT, role: 'prompt', text, etag: PROMPT })] }
}
