import { expect, test } from 'vitest'
import { anAudit } from '../../test/facts-builder.ts'
import { fileKey, placesToldBy } from './places-told.ts'

const resource = (url: string, name: string | null, site: string | null) => ({
  id: null,
  name,
  url,
  site,
  type: null,
  action: null,
  status: null,
  labelId: null,
  xpia: null,
  dlp: null,
  policies: [],
  origin: 'accessed' as const,
  place: 'tenant' as const,
})
const LEGAL = 'https://contoso.sharepoint.com/sites/Legal'

test('sites are told once, files when they have no name, meetings by the id of their thread', () => {
  const facts = anAudit({
    setting: 'meeting',
    sessionId: '19:meeting_YTk1NmQ0OTctZDU4ZC00ZTVi@thread.v2',
    resources: [
      resource(`${LEGAL}/Shared%20Documents/a.docx?web=1`, null, LEGAL),
      resource(`${LEGAL}/Shared%20Documents/b.docx`, 'b.docx', `${LEGAL}/`),
    ],
  })
  expect(placesToldBy(facts)).toEqual([
    { kind: 'site', key: LEGAL.toLowerCase() },
    { kind: 'file', key: `${LEGAL}/Shared%20Documents/a.docx` },
    { kind: 'meeting', key: '19:meeting_YTk1NmQ0OTctZDU4ZC00ZTVi@thread.v2' },
  ])
})

const DOCUMENT = '9FDE1491-B079-4180-9B1E-B87F4ACA19F7'
const OPENED = `${LEGAL}/_layouts/15/Doc.aspx?sourcedoc=%7B${DOCUMENT}%7D`

test('the document that somebody asked from is told by its id, however its address goes on', () => {
  const contexts = [
    { id: `${OPENED}&file=Term%20sheet.docx&action=default`, type: 'docx', name: null },
    {
      id: `${LEGAL}/_layouts/15/Doc.aspx?action=edit&sourcedoc={${DOCUMENT.toLowerCase()}}`,
      type: 'docx',
      name: null,
    },
    { id: 'C:\\Users\\adele\\plan.docx', type: 'docx', name: null },
  ]
  expect(placesToldBy(anAudit({ contexts }))).toEqual([
    { kind: 'site', key: LEGAL.toLowerCase() },
    { kind: 'file', key: OPENED },
  ])
  expect(fileKey(OPENED)).toBe(OPENED)
})

test('a resource that is a whole site is no file, and one that names site and id is told by the id', () => {
  const site = resource(`${LEGAL}/?web=1`, null, LEGAL)
  const whole = [site, { ...site, id: DOCUMENT, type: 'Site' }, { ...site, id: 'file-1' }]
  expect(placesToldBy(anAudit({ resources: whole }))).toEqual([
    { kind: 'site', key: LEGAL.toLowerCase() },
  ])
  const resources = [{ ...site, id: DOCUMENT.toLowerCase(), type: 'docx' }]
  expect(placesToldBy(anAudit({ resources }))).toContainEqual({ kind: 'file', key: OPENED })
})

test('what lies outside Microsoft 365 is nobody’s to look up', () => {
  const resources = [
    resource('https://example.com/a', null, 'https://example.com'),
    resource('https://contoso.sharepoint.com.example.com/x', null, null),
    resource('file:///c:/x', null, null),
  ]
  expect(placesToldBy(anAudit({ resources }))).toEqual([])
})

test('an address that is longer than any is read once, and told to nobody', () => {
  const long = `${LEGAL}/${'/'.repeat(200_000)}x?${'sourcedoc='.repeat(20_000)}`
  const contexts = [{ id: long, type: 'docx', name: null }]
  const started = performance.now()
  const told = placesToldBy(anAudit({ contexts, resources: [resource(long, null, LEGAL)] }))
  expect(told).toEqual([{ kind: 'site', key: LEGAL.toLowerCase() }])
  expect(performance.now() - started).toBeLessThan(500)
})

test('a hostile record tells of few places', () => {
  const resources = Array.from({ length: 5_000 }, (_, at) =>
    resource(`${LEGAL}/${at}`, null, `https://contoso.sharepoint.com/sites/${at}`),
  )
  expect(placesToldBy(anAudit({ resources })).length).toBeLessThanOrEqual(50)
})
