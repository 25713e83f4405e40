import { describe, expect, test } from 'vitest'
import { hostOf, placeOf, siteOf } from './places.ts'

const GUID = '11111111-2222-4333-8444-555555555555'

describe('placeOf()', () => {
  test.each([
    ['https://contoso.sharepoint.com/sites/a/b.docx', 'docx', null, null, 'tenant'],
    ['https://CONTOSO.SharePoint.COM./x', null, null, null, 'tenant'],
    ['https://contoso.sharepoint-mil.us/x', null, null, null, 'tenant'],
    ['https://evilsharepoint.com/x', null, null, null, 'web'],
    ['https://sharepoint.com.evil.example/x', null, null, null, 'web'],
    ['https://contoso.sharepoint.com@evil.example/x', null, null, null, 'web'],
    ['https://onedrive.live.com/x', null, null, null, 'web'],
    ['https://abc.usercontent.microsoft/x', null, null, null, 'unclassified'],
    ['https://www.example.com', null, GUID, null, 'tenant'],
    ['https://www.example.com', null, '00000000-0000-0000-0000-000000000000', null, 'web'],
    ['https://www.example.com', null, null, 'label', 'tenant'],
    [null, 'WebSearchQuery', null, null, 'web'],
    [null, 'EmailMessage', null, null, 'tenant'],
    [null, 'CITATION', null, null, 'unclassified'],
    ['C:\\Users\\a\\b.docx', 'docx', null, null, 'unclassified'],
  ] as const)('%s %s', (url, type, listItemId, labelId, place) => {
    expect(placeOf(url, type, listItemId, labelId)).toBe(place)
  })
})

test.each([
  ['https://contoso.sharepoint.com/sites/Finance/Shared/b.docx?web=1', '/sites/Finance'],
  ['https://contoso.sharepoint.com/TEAMS/hr', '/teams/hr'],
  ['https://contoso.sharepoint.com/personal/a_b/Documents/c.docx', '/personal/a_b'],
  ['https://contoso.sharepoint.com/:w:/r/sites/legal/Shared/b.docx?web=1', '/sites/legal'],
  ['https://contoso.sharepoint.com/:x:/s/Finance/EaBcD?e=1', '/sites/Finance'],
  ['https://contoso.sharepoint.com/:f:/t/hr/EaBcD', '/teams/hr'],
  ['https://contoso.sharepoint.com/:b:/g/personal/a_b/EaBcD', '/personal/a_b'],
  ['https://contoso.sharepoint.com/:w:/p/a_b/EaBcD', '/personal/a_b'],
  ['https://contoso.sharepoint.com/Shared/b.docx', ''],
  ['https://contoso.sharepoint.com', ''],
])('siteOf(%s) ends in %j', (url, path) => {
  expect(siteOf(url)).toBe(`https://contoso.sharepoint.com${path}`)
})

test('only http(s) URLs have a host', () => {
  expect(hostOf('http://a.example:8080/x')).toBe('a.example')
  expect(hostOf('HTTPS://A.example?x')).toBe('a.example')
  expect(hostOf('https://[2001:db8::1]/x')).toBe('[2001:db8::1]')
  for (const url of ['', 'https://', 'ftp://a', '\\\\server\\share', 'DataAgent', 'javascript:1'])
    expect(hostOf(url)).toBeNull()
})
