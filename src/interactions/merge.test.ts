import { describe, expect, test } from 'vitest'
import {
  aGraphItem,
  aMessage,
  anAgent,
  anAudit,
  aPart,
  aResource,
  AVERY_BY_ID,
} from '../../test/facts-builder.ts'
import type { Item, Part } from './item.ts'
import { provenanceOf } from './merge-provenance.ts'
import { reconcile } from './reconcile.ts'
import type { Facts, Person } from './record.ts'

const NOON = Date.parse('2026-03-05T12:00:00Z')
const iso = (ms: number) => new Date(ms).toISOString()
const PROMPT = String(NOON)
const ANSWER = String(NOON + 4000)
const PLAN = 'https://contoso.sharepoint.com/sites/hr/Shared%20Documents/Plan.docx'

const audit = (given: Partial<Facts> = {}) =>
  anAudit({
    occurredAt: iso(NOON + 9000),
    messages: [
      aMessage({ id: PROMPT, role: 'prompt', jailbreak: false }),
      aMessage({ id: ANSWER, role: 'answer' }),
    ],
    ...given,
  })
const prompt = (given: Partial<Facts> = {}) =>
  aGraphItem({ id: PROMPT, at: iso(NOON), text: 'What does the plan say?' }, given)
const answer = (given: Partial<Facts> = {}) =>
  aGraphItem(
    { id: ANSWER, at: iso(NOON + 4000), role: 'answer', text: 'It says little.' },
    { ...given },
  )

const parts = (...all: Facts[]): Part[] => all.map((facts, sequence) => aPart(sequence, facts))

/** The one item that the records make. */
function theItem(...all: (Facts | Part)[]): Item {
  const given = all.map((one, sequence) => ('facts' in one ? one : aPart(sequence, one)))
  const [item, ...others] = reconcile(given)
  if (item === undefined || others.length > 0) throw new Error(`${others.length + 1} items`)
  return item
}

describe('an exchange', () => {
  test('of audit record, prompt and answer has the flags of the one and the words of the others', () => {
    const item = theItem(audit({ web: false, labels: ['label-1'] }), prompt(), answer())

    expect(item).toMatchObject({
      kind: 'interaction',
      occurredAt: iso(NOON),
      timeBasis: 'occurred',
      jailbreak: false,
      web: false,
      xpia: null,
      labels: ['label-1'],
      requestIds: ['request-1'],
      recordTypes: ['CopilotInteraction'],
      sequences: [0, 1, 2],
      versions: 0,
      findings: [],
    })
    expect(item.messages).toEqual([
      {
        id: PROMPT,
        role: 'prompt',
        text: 'What does the plan say?',
        at: iso(NOON),
        automatic: null,
        jailbreak: false,
        sequences: [0, 1],
      },
      {
        id: ANSWER,
        role: 'answer',
        text: 'It says little.',
        at: iso(NOON + 4000),
        automatic: null,
        jailbreak: null,
        sequences: [0, 2],
      },
    ])
  })

  test('names one custodian when the audit record gives the name and Graph the id of the author', () => {
    const [person, ...others] = theItem(audit(), prompt(), answer()).custodians

    expect(others).toEqual([])
    expect(person).toEqual({
      objectId: AVERY_BY_ID.objectId,
      upn: 'avery@contoso.com',
      name: 'Avery Howard',
    })
  })

  test('has prompt and answer without an audit record as well, by their request', () => {
    expect(theItem(prompt(), answer()).sequences).toEqual([0, 1])
    expect(reconcile(parts(prompt(), answer({ requestId: 'request-2' })))).toHaveLength(2)
  })

  test('shows the prompt first although an answer carries a smaller id and an earlier time', () => {
    const early = String(NOON - 250)
    const item = theItem(prompt(), aGraphItem({ id: early, at: iso(NOON - 250), role: 'answer' }))

    expect(item.messages.map(({ id }) => id)).toEqual([PROMPT, early])
    expect(item.occurredAt).toBe(iso(NOON))
  })

  test('shows several answers in the order of their times', () => {
    const second = String(NOON + 8000)
    const item = theItem(
      aGraphItem({ id: second, at: iso(NOON + 8000), role: 'answer' }),
      answer(),
      prompt(),
    )

    expect(item.messages.map(({ id }) => id)).toEqual([PROMPT, ANSWER, second])
  })

  test('of answers alone, as a scheduled run writes them, keeps them together', () => {
    const ids = ['6f1de1a0-0001-4000-8000-000000000001', '6f1de1a0-0002-4000-8000-000000000002']
    const run = audit({
      surface: 'Cowork',
      messages: ids.map((id) => aMessage({ id, role: 'answer', automatic: true })),
    })

    const item = theItem(run, aGraphItem({ id: ids[1] ?? '', role: 'answer' }, { requestId: null }))

    expect(item).toMatchObject({ automatic: true, occurredAt: iso(NOON + 9000) })
    expect(item.messages.map(({ id, text }) => [id, text !== null])).toEqual([
      [ids[0], false],
      [ids[1], true],
    ])
  })

  test('of a meeting is one item with all its participants', () => {
    const robin: Person = { objectId: 'o-robin', upn: 'robin@contoso.com', name: 'Robin' }
    const meeting: Partial<Facts> = { setting: 'meeting' }
    const item = theItem(
      audit(meeting),
      prompt({ ...meeting, nativeId: 'avery/1', custodian: AVERY_BY_ID }),
      prompt({ ...meeting, nativeId: 'robin/1', custodian: robin }),
      answer({ ...meeting, nativeId: 'robin/2', custodian: robin }),
    )

    expect(item.custodians.map(({ upn }) => upn)).toEqual([
      'avery@contoso.com',
      'robin@contoso.com',
    ])
    expect(item.messages).toHaveLength(2)
    expect(item.versions).toBe(0)
    expect(item.findings).toEqual([])
  })

  test('keeps its id whichever record came first, and changes it only for a smaller message id', () => {
    const whole = theItem(audit(), prompt(), answer()).id

    expect(theItem(prompt()).id).toBe(whole)
    expect(theItem(answer(), audit()).id).toBe(whole)
    expect(theItem(answer()).id).not.toBe(whole)
  })
})

describe('a field of an item', () => {
  test('is flagged when any record flags it, unknown when none says anything', () => {
    const flagged = audit({
      nativeId: 'audit-2',
      messages: [aMessage({ id: PROMPT, jailbreak: true })],
      resources: [aResource({ id: 'f', xpia: true }), aResource({ id: 'g' })],
      dlp: 'blocked',
    })

    expect(theItem(audit({ dlp: 'none' }), flagged)).toMatchObject({
      jailbreak: true,
      xpia: true,
      dlp: 'blocked',
      tenantGrounded: null,
    })
  })

  test('names the records it comes from, unless it comes from all', () => {
    const item = theItem(audit({ web: true }), prompt(), answer())

    expect(item.provenance).toMatchObject({ web: [0], requestIds: [1, 2], occurredAt: [1] })
    expect(item.provenance['kind']).toBeUndefined()
    expect(provenanceOf(item)).toMatchObject({ web: [0], kind: [0, 1, 2], requestIds: [1, 2] })
    expect(provenanceOf(item)['dlp']).toBeUndefined()
  })

  test('takes the surface from the audit record unless that does not know', () => {
    expect(theItem(audit({ surface: 'Teams' }), prompt({ surface: 'Chat' })).surface).toBe('Teams')
    expect(theItem(audit({ surface: 'Unknown' }), prompt()).surface).toBe('Word')
    expect(theItem(audit({ surface: 'Unknown' })).surface).toBe('Unknown')
  })

  test('fills an agent’s gaps from the records that mean the same agent', () => {
    const nameless = anAgent({ name: null, kind: 'unknown' })

    expect(theItem(audit({ agent: nameless }), audit({ nativeId: 'b', agent: anAgent() }))).toEqual(
      expect.objectContaining({ agent: anAgent() }),
    )
  })

  test('lists a resource once that the audit record and the answer’s link tell of', () => {
    const accessed = aResource({ id: 'drive-item', name: 'Plan.docx', url: PLAN, xpia: false })
    const spellings = [
      { url: `${PLAN.toUpperCase().replace('%20', ' ')}?web=1#p2` },
      { name: 'plan.docx' },
      { url: 'https://contoso.sharepoint.com/_layouts/15/Doc.aspx?sourcedoc=x&file=Plan.docx' },
    ]
    for (const spelling of spellings) {
      const cites = answer({ resources: [aResource({ ...spelling, origin: 'link' })] })
      const item = theItem(audit({ resources: [accessed] }), cites)
      expect(item.resources).toEqual([accessed])
    }
  })

  test('keeps two files apart that have the same name, and two pages that differ in their query', () => {
    const item = theItem(
      audit({
        resources: [
          aResource({ id: 'a', name: 'Plan.docx' }),
          aResource({ id: 'b', name: 'Plan.docx' }),
          aResource({ url: 'https://contoso.com/view.aspx?id=1' }),
          aResource({ url: 'https://contoso.com/view.aspx?id=2' }),
        ],
      }),
    )

    expect(item.resources).toHaveLength(4)
  })

  test('takes the time of receipt, and says so, when no record has one', () => {
    expect(theItem(anAudit({ kind: 'agent-admin' }))).toMatchObject({
      occurredAt: '2026-03-09T12:00:00.000Z',
      timeBasis: 'received',
    })
  })

  test('keeps apart messages that have no id', () => {
    const nameless = [aMessage({ id: '', role: 'prompt' }), aMessage({ id: '', role: 'answer' })]

    expect(theItem(audit({ messages: nameless })).messages).toHaveLength(2)
  })

  test('leaves people apart that only may be the same', () => {
    const stranger: Person = { objectId: 'o-2', upn: null, name: null }

    expect(
      theItem(audit(), answer({ user: stranger })).custodians.map(({ upn }) => upn),
    ).toHaveLength(2)
  })

  test('joins the history’s owner and the author of its prompt, except in a meeting', () => {
    const owner: Person = { objectId: null, upn: 'avery@contoso.com', name: null }

    expect(theItem(prompt({ custodian: owner })).custodians).toHaveLength(1)
    expect(theItem(prompt({ custodian: owner, setting: 'meeting' })).custodians).toHaveLength(2)
  })
})

describe('versions of a record', () => {
  const first = aGraphItem({ id: PROMPT, at: iso(NOON), text: 'First', etag: '100' })
  const edited = aGraphItem({ id: PROMPT, at: iso(NOON), text: 'Edited', etag: '200' })

  test.each([
    ['first', first, edited],
    ['last', edited, first],
  ])('show the one changed last, imported %s', (_, one, other) => {
    const item = theItem(one, other)

    expect(item.messages[0]?.text).toBe('Edited')
    expect(item.versions).toBe(1)
    expect(item.findings.map(({ code }) => code)).toContain('CHANGED_AFTERWARDS')
  })

  test('show no text when the newest has none any more', () => {
    const deleted = aGraphItem({ id: PROMPT, at: iso(NOON), text: null, etag: '300' })

    expect(theItem(edited, deleted, first)).toMatchObject({
      versions: 2,
      messages: [{ text: null }],
    })
  })

  test('show the fuller one where the source has no time of change, and keep what only one flags', () => {
    const thin = audit({ messages: [aMessage({ id: PROMPT, jailbreak: true })] })
    const full = audit({ surface: 'Teams', labels: ['label-1'], clientIp: '10.0.0.1' })

    for (const item of [theItem(thin, full), theItem(full, thin)]) {
      expect(item).toMatchObject({ surface: 'Teams', versions: 1, jailbreak: true })
      expect(item.findings.map(({ code }) => code)).toContain('CHANGED_AFTERWARDS')
    }
  })

  test('that say the same are no change', () => {
    const again = { ...first, locale: 'de-de' }

    expect(theItem(first, again).findings.map(({ code }) => code)).toEqual(['TEXT_WITHOUT_AUDIT'])
  })
})
