import { expect, test } from 'vitest'
import { semanticForm } from '../../interactions/semantic-form.ts'
import { withRepeatedLink } from './odd-links.ts'
import { wiredTenant } from './testing.ts'

const GUID = '025f0000-0000-4000-8000-000000000001'
const LINK =
  '{"linkUrl":"https://contoso.sharepoint.com/a.docx?web=1","displayName":"Ä","linkType":"File"}'
const withLinks = (links: string) => Buffer.from(`{"id":"1","links":[${links}],"mentions":[]}`)

test('a link comes twice, once under the id of its representation', () => {
  const item = withRepeatedLink(withLinks(LINK), GUID).toString()
  expect(JSON.parse(item)).toMatchObject({
    links: [
      {
        linkUrl: `https://contoso.sharepoint.com/a.docx?web=1&EntityRepresentationId=${GUID}`,
        displayName: 'Ä',
      },
      { linkUrl: 'https://contoso.sharepoint.com/a.docx?web=1', displayName: 'Ä' },
    ],
  })
})

test.each(['', `${LINK},${LINK}`])(
  'an item with no link, or several, stays as it is: %s',
  (links) => {
    expect(withRepeatedLink(withLinks(links), GUID)).toEqual(withLinks(links))
  },
)

test('whatever comes again of an item has the same links', async () => {
  const tenant = await wiredTenant(['repeats', 'reordered-arrays'], 'commercial', {
    backlogDays: 3,
  })
  try {
    const forms = new Map<string, Set<string>>()
    let twice = 0
    for (const day of ['2026-03-01', '2026-03-02', '2026-03-03']) {
      const events = tenant.world.eventDayOf(Date.parse(day))
      for (const event of events?.events ?? []) {
        if (event.kind !== 'interaction' || event.version > 1) continue
        const text = String(events?.bytes(event))
        if (text.includes('EntityRepresentationId')) twice += 1
        const form = semanticForm(text, { format: 'ai-interaction' })
        const key = `${event.session} ${event.id}`
        forms.set(key, (forms.get(key) ?? new Set()).add(form))
      }
    }
    expect(twice).toBeGreaterThan(0)
    expect([...forms.values()].filter(({ size }) => size > 1)).toEqual([])
  } finally {
    await tenant.close()
  }
})
