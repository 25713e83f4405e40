// The Copilot usage reports: v1.0 streams CSV, beta serves JSON, both two days behind, and names may be concealed.
import { createHash } from 'node:crypto'
import type { GraphDesk } from './desk.ts'
import { readTop, sliceOf } from './paging.ts'
import type { PersonNow } from './tenant-view.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { demandRole, GraphRefusal, jsonAnswer } from './wire.ts'

const DAY = 86_400_000
const LAG_DAYS = 2
const PERIODS: readonly string[] = ['D7', 'D30', 'D90', 'D180', 'ALL']

/** Column of the CSV, property of the JSON, and the classes of items that count towards it. */
const PRODUCTS = [
  ['Copilot Chat', 'copilotChat', /\.(?:bizchat|webchat)$/],
  ['Microsoft Teams Copilot', 'microsoftTeamsCopilot', /\.teams$/],
  ['Word Copilot', 'wordCopilot', /\.word$/],
  ['Excel Copilot', 'excelCopilot', /\.excel$/],
  ['PowerPoint Copilot', 'powerPointCopilot', /\.powerpoint$/],
  ['Outlook Copilot', 'outlookCopilot', /\.outlook$/],
  ['OneNote Copilot', 'oneNoteCopilot', /\.onenote$/],
  ['Loop Copilot', 'loopCopilot', /\.loop$/],
] as const

interface UsageRow {
  readonly refresh: string
  readonly upn: string
  readonly name: string
  readonly last: string
  /** In the order of `PRODUCTS`; '' for never. */
  readonly dates: readonly string[]
}

/** `/copilot/reports/{call}` with the call as it stands in the path: `getX(period='D7')`. */
export function serveReport(desk: GraphDesk, request: GraphRequest, call: string): GraphAnswer {
  demandRole(request, 'Reports.Read.All')
  const [, name = '', parameters = ''] = /^(\w+)\((.*)\)$/.exec(call) ?? []
  const period = /period='(\w+)'/i.exec(parameters)?.[1]?.toUpperCase() ?? ''
  if (!PERIODS.includes(period))
    throw new GraphRefusal(
      400,
      'BadRequest',
      `Invalid period value specified: ${period.slice(0, 20)}`,
    )
  const days = period === 'ALL' ? 180 : Number(period.slice(1))
  if (/^getmicrosoft365copilotusageuserdetail$/i.test(name)) return detail(desk, request, days)
  if (/^getmicrosoft365copilotusercountsummary$/i.test(name)) return summary(desk, request, days)
  throw new GraphRefusal(
    400,
    'BadRequest',
    `Resource not found for the segment '${name.slice(0, 60)}'.`,
  )
}

function detail(desk: GraphDesk, request: GraphRequest, days: number): GraphAnswer {
  const rows = usageRows(desk, days)
  if (request.version === 'v1.0') {
    const header = [
      'Report Refresh Date,User Principal Name,Display Name,Last Activity Date',
      ...PRODUCTS.map(([column]) => `${column} Last Activity Date`),
      'Report Period',
    ]
    const lines = rows.map(({ refresh, upn, name, last, dates }) =>
      [refresh, upn, name, last, ...dates, days].join(','),
    )
    desk.served('graph reports', rows.length)
    return csvAnswer([header.join(','), ...lines])
  }
  const { entries, next } = sliceOf(request, rows, readTop(request, 200, 999))
  desk.served('graph reports', entries.length)
  return jsonAnswer(200, {
    '@odata.context': `${request.root}/$metadata#Collection(microsoft.graph.copilotUsageUserDetail)`,
    ...(next === null ? {} : { '@odata.nextLink': next }),
    value: entries.map(({ refresh, upn, name, last, dates }) => ({
      reportRefreshDate: refresh,
      userPrincipalName: upn,
      displayName: name,
      lastActivityDate: last,
      ...Object.fromEntries(
        PRODUCTS.map(([, property], n) => [`${property}LastActivityDate`, dates[n] ?? '']),
      ),
      copilotActivityUserDetailsByPeriod: [{ reportPeriod: days }],
    })),
  })
}

const COUNTED = [
  ['Microsoft Teams', 'microsoftTeams', 1],
  ['Word', 'word', 2],
  ['Outlook', 'outlook', 5],
  ['Excel', 'excel', 3],
  ['PowerPoint', 'powerPoint', 4],
  ['OneNote', 'oneNote', 6],
  ['Loop', 'loop', 7],
  ['Any App', 'anyApp', -1],
  ['Copilot Chat', 'copilotChat', 0],
] as const

function summary(desk: GraphDesk, request: GraphRequest, days: number): GraphAnswer {
  const rows = usageRows(desk, days)
  const refresh = refreshDate(desk)
  const active = COUNTED.map(
    ([, , product]) =>
      rows.filter((row) => (product < 0 ? row.last : (row.dates[product] ?? '')) !== '').length,
  )
  desk.served('graph reports', 1)
  if (request.version === 'v1.0') {
    const columns = COUNTED.flatMap(([name]) => [`${name} Enabled Users`, `${name} Active Users`])
    const figures = active.flatMap((count) => [rows.length, count])
    return csvAnswer([
      ['Report Refresh Date', 'Report Period', ...columns].join(','),
      [refresh, days, ...figures].join(','),
    ])
  }
  const figures = COUNTED.flatMap(([, name], n) => [
    [`${name}EnabledUsers`, rows.length],
    [`${name}ActiveUsers`, active[n] ?? 0],
  ])
  const adoptionByProduct = [{ reportPeriod: days, ...Object.fromEntries(figures) }]
  return jsonAnswer(200, { value: [{ reportRefreshDate: refresh, adoptionByProduct }] })
}

/** Licensed people only. Somebody without a mailbox shows activity that no other interface serves. */
function usageRows(desk: GraphDesk, days: number): readonly UsageRow[] {
  const refresh = refreshDate(desk)
  const until = Date.parse(refresh) + DAY
  const since = until - days * DAY
  const concealed = desk.strikes('concealed-names', refresh)
  return desk.view.people().flatMap((person) => {
    if (!person.licensed) return []
    const dates = person.mailbox ? lastDates(desk, person, since, until) : unlogged(person, until)
    const last = dates.reduce((latest, date) => (date > latest ? date : latest), '')
    const upn = concealed ? concealedName(person.upn) : person.upn
    const name = concealed ? concealedName(person.displayName) : person.displayName
    return [{ refresh, upn, name, last, dates }]
  })
}

function lastDates(desk: GraphDesk, person: PersonNow, since: number, until: number): string[] {
  const dates = PRODUCTS.map(() => '')
  let missing: number = PRODUCTS.length
  for (const { createdMs, appClass } of desk.view.mailbox(person.id)) {
    if (createdMs >= until) continue
    if (createdMs < since || missing === 0) break
    const n = PRODUCTS.findIndex(([, , pattern]) => pattern.test(appClass))
    if (n < 0 || dates[n] !== '') continue
    dates[n] = dateOf(createdMs)
    missing--
  }
  return dates
}

function unlogged(person: PersonNow, until: number): string[] {
  const daysAgo = 1 + (person.id.charCodeAt(0) % 5)
  return PRODUCTS.map((_, n) => (n === 0 ? dateOf(until - daysAgo * DAY) : ''))
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const refreshDate = (desk: GraphDesk): string => dateOf(desk.view.now().getTime() - LAG_DAYS * DAY)

function concealedName(name: string): string {
  return createHash('md5').update(name).digest('hex').toUpperCase()
}

function csvAnswer(lines: readonly string[]): GraphAnswer {
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename="Microsoft365CopilotUsage.csv"',
  }
  return { status: 200, headers, body: Buffer.from(`${lines.join('\r\n')}\r\n`) }
}
