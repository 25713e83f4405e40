import { describe, expect, test } from 'vitest'
import { referenceKeysOf } from './keys.ts'
import { referenceNames, type ReferenceLookUp } from './names.ts'
import type { ReferenceKind } from './record.ts'
import { referenceData } from './rows.ts'

const USER = '7c1d7f6e-4a0f-4b52-9a3b-2d3d4f5a6b70'
const COPILOT = '639dec6b-bb19-468b-871c-c5c441c4b0cb'

describe('a directory export', () => {
  test('as a page of Graph names people, their department and their licences', () => {
    const value = [
      {
        id: USER.toUpperCase(),
        displayName: 'Avery Howard',
        userPrincipalName: 'Avery.Howard@contoso.com',
        department: 'Sales',
        accountEnabled: true,
        assignedLicenses: [{ skuId: COPILOT, disabledPlans: [] }],
      },
      {
        id: 'b0000000-0000-4000-8000-000000000001',
        userPrincipalName: 'b@contoso.com',
        assignedLicenses: [],
      },
      { id: 'b0000000-0000-4000-8000-000000000002', userPrincipalName: 'c@contoso.com' },
    ]
    const { rows } = referenceData(JSON.stringify({ value }), 'directory')

    expect(rows).toMatchObject([
      {
        objectId: USER,
        upn: 'avery.howard@contoso.com',
        name: 'Avery Howard',
        department: 'Sales',
        enabled: true,
        copilotLicence: true,
        concealed: false,
      },
      { upn: 'b@contoso.com', name: null, copilotLicence: false },
      // Licences that were not asked for are unknown, not absent.
      { upn: 'c@contoso.com', copilotLicence: null },
    ])
  })

  test.each([
    ['Microsoft 365 E5+Microsoft 365 Copilot', true],
    ['Office 365 E3', false],
    ['Microsoft Copilot Studio Viral Trial', false],
    ['Unlicensed', false],
    ['System.Collections.Generic.List`1[Microsoft.Graph]', null],
  ])('as the admin centre’s CSV tells from %j whether there is a licence: %s', (licences, told) => {
    const text = `User principal name,Display name,Licenses,Object Id,Block credential\r\na@contoso.com,"Howard, Avery",${licences},${USER},False\r\n`
    const { rows } = referenceData(text, 'directory')

    expect(rows).toMatchObject([
      { name: 'Howard, Avery', objectId: USER, copilotLicence: told, enabled: true },
    ])
  })

  test('is read from PowerShell’s JSON, from lines of it, and behind a #TYPE line', () => {
    const person = { Id: USER, UserPrincipalName: 'a@contoso.com', DisplayName: 'Avery' }
    const lines = `${JSON.stringify(person)}\n${JSON.stringify(person)}\n`

    expect(referenceData(JSON.stringify([person]), 'directory').rows).toHaveLength(1)
    expect(referenceData(lines, 'directory').rows).toHaveLength(2)
    expect(
      referenceData(
        '#TYPE Selected.Microsoft.Graph.User\n"UserPrincipalName";"DisplayName"\n"a@contoso.com";"Avery"',
        'directory',
      ).rows,
    ).toMatchObject([{ name: 'Avery' }])
  })

  test('keeps a name with a line break in one row', () => {
    const text = 'userPrincipalName,displayName\na@contoso.com,"Avery\nHoward"\nb@contoso.com,B'

    expect(referenceData(text, 'directory').rows).toMatchObject([
      { name: 'Avery\nHoward' },
      { name: 'B' },
    ])
  })
})

describe('a usage report', () => {
  const HEADER =
    'Report Refresh Date,User Principal Name,Display Name,Last Activity Date,Report Period'

  test('tells who has a licence and when Copilot was last used', () => {
    const text = `\uFEFF${HEADER}\n2026-07-03,a@contoso.com,Avery Howard,2026-06-30,7\n2026-07-03,b@contoso.com,B,,7\n`
    const { rows, asOf } = referenceData(text, 'usage-report')

    expect(asOf).toBe('2026-07-03')
    expect(rows).toMatchObject([
      { upn: 'a@contoso.com', copilotLicence: true, lastActivity: '2026-06-30' },
      { upn: 'b@contoso.com', lastActivity: null },
    ])
  })

  test('with concealed names gives no names', () => {
    const text = `${HEADER}\n2026-07-03,E58EEF6A6BBD3D0293CB306D24A42057,6A4630397AAA1A9C8EED362168DC88A0,,7`

    expect(referenceData(text, 'usage-report').rows).toMatchObject([
      { concealed: true, name: null },
    ])
  })

  test('of the second version does not tell who has a licence', () => {
    const text = `${HEADER},Prompts submitted for All Apps\n2026-07-03,a@contoso.com,A,,7,12`

    expect(referenceData(text, 'usage-report').rows).toMatchObject([{ copilotLicence: null }])
  })

  test('of the whole tenant gives figures, a row a day', () => {
    const value = [
      {
        reportRefreshDate: '2025-08-20',
        reportPeriod: 7,
        adoptionByDate: [
          { reportDate: '2025-08-19', wordActiveUsers: 5 },
          { reportDate: '2025-08-20', wordActiveUsers: 6 },
        ],
      },
    ]

    expect(referenceData(JSON.stringify({ value }), 'usage-report').rows).toEqual([
      { subject: 'figures', period: '7', date: '2025-08-19', figures: { wordactiveusers: 5 } },
      { subject: 'figures', period: '7', date: '2025-08-20', figures: { wordactiveusers: 6 } },
    ])
  })
})

/** A look-up over some files, in the order in which they were taken. */
function lookUpIn(...files: readonly [ReferenceKind, string][]): ReferenceLookUp {
  return (_tenants, keys) =>
    files.flatMap(([kind, text], at) =>
      referenceData(text, kind).rows.flatMap((row) =>
        referenceKeysOf(row)
          .filter((key) => keys.includes(key))
          .map((key) => ({
            key,
            kind,
            body: JSON.stringify(row),
            file: `${kind}-${at}`,
            asOf: null,
            takenAt: '2026-03-02T09:15:04.000Z',
          })),
      ),
    )
}

describe('names', () => {
  const packages = JSON.stringify({
    value: [
      {
        id: 'T_a0000000-0000-4000-8000-000000000001',
        displayName: 'Contoso HR',
        manifestId: 'b0000000-0000-4000-8000-000000000002',
        supportedHosts: ['Copilot'],
      },
    ],
  })

  test.each([
    'T_a0000000-0000-4000-8000-000000000001',
    'T_a0000000-0000-4000-8000-000000000001.b0000000-0000-4000-8000-000000000002',
    'CopilotStudio.Declarative.T_a0000000-0000-4000-8000-000000000001.gpt_1',
    'B0000000-0000-4000-8000-000000000002',
  ])('of the agent %s come from its inventory entry', (id) => {
    const names = referenceNames(lookUpIn(['packages', packages]))

    expect(names.agent('t', id)).toEqual({
      name: 'Contoso HR',
      file: 'packages-0',
      asOf: '2026-03-02',
    })
  })

  test('nobody is guessed', () => {
    const names = referenceNames(lookUpIn(['packages', packages]))

    expect(names.agent('t', 'P_unknown')).toBeNull()
    expect(names.person('t', { objectId: USER, upn: null })).toBeNull()
  })

  test('of people come from the directory before a report, further facts from either', () => {
    const directory = `[{"id":"${USER}","userPrincipalName":"a@contoso.com","displayName":"Avery Howard"}]`
    const report =
      'Report Refresh Date,User Principal Name,Display Name,Last Activity Date\n2026-07-03,a@contoso.com,A. H.,2026-06-30'
    const names = referenceNames(lookUpIn(['usage-report', report], ['directory', directory]))

    expect(names.person('t', { objectId: null, upn: 'A@contoso.com' })).toMatchObject({
      name: 'Avery Howard',
      file: 'directory-1',
      lastActivity: '2026-06-30',
      copilotLicence: true,
    })
  })

  test('that are concealed are nobody’s', () => {
    const digest = 'e58eef6a6bbd3d0293cb306d24a42057'
    const report = `Report Refresh Date,User Principal Name\n2026-07-03,${digest}`
    const names = referenceNames(lookUpIn(['usage-report', report]))

    expect(names.person('t', { objectId: null, upn: digest })).toBeNull()
  })
})

test('the table of Copilot Studio’s agents tells how people sign in', () => {
  const value = [
    { botid: 'b0000000-0000-4000-8000-0000000000a1', name: 'Leave', authenticationmode: 1 },
    { botid: 'b0000000-0000-4000-8000-0000000000a2', name: 'Travel', authenticationmode: 2 },
    { botid: 'b0000000-0000-4000-8000-0000000000a3', name: 'Old', authenticationmode: 0 },
  ]
  const { rows } = referenceData(JSON.stringify({ value }), 'packages')

  expect(rows).toMatchObject([
    { name: 'Leave', signsInWithMicrosoft: false },
    { name: 'Travel', signsInWithMicrosoft: true },
    { name: 'Old' },
  ])
  expect(rows[2]).not.toHaveProperty('signsInWithMicrosoft')
})

test('the admin centre’s list of agents names them, by title and by their id in the directory', () => {
  const text = `Title ID,Agent name,Agent type (A365),Version,Is Blocked,Bot Id,Entra Agent ID\nT_1001,Leave desk,Shared,1.0.0,false,bot-1,${USER}\n`
  const { rows } = referenceData(text, 'packages')

  expect(rows).toEqual([
    {
      subject: 'agent',
      id: 'T_1001',
      keys: ['t_1001', USER],
      name: 'Leave desk',
      type: 'Shared',
      publisher: null,
      version: '1.0.0',
      blocked: false,
    },
  ])
})
