// The Copilot usage reports: v1.0 streams CSV, beta serves JSON, and names may be concealed.
import { createHash } from 'node:crypto'
import type { GraphDesk } from './desk.ts'
import { readTop, sliceOf } from './paging.ts'
import { PRODUCTS, refreshDate, usageOf } from './usage.ts'
import { asProperties, COUNT_COLUMNS, summaryOf, trendOf } from './usage-counts.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { demandRole, GraphRefusal, jsonAnswer } from './wire.ts'

const PERIODS: readonly string[] = ['D7', 'D30', 'D90', 'D180', 'ALL']

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
  switch (name.toLowerCase()) {
    case 'getmicrosoft365copilotusageuserdetail':
      return detail(desk, request, days)
    case 'getmicrosoft365copilotusercountsummary':
      return summary(desk, request, days)
    case 'getmicrosoft365copilotusercounttrend':
      return trend(desk, request, days)
    default:
      throw new GraphRefusal(
        400,
        'BadRequest',
        `Resource not found for the segment '${name.slice(0, 60)}'.`,
      )
  }
}

function detail(desk: GraphDesk, request: GraphRequest, days: number): GraphAnswer {
  const refresh = refreshDate(desk)
  const concealed = desk.strikes('concealed-names', refresh)
  const shown = (name: string) => (concealed ? concealedName(name) : name)
  const rows = usageOf(desk, refresh, days)
  if (request.version === 'v1.0') {
    const lines = rows.map(({ person, last, dates }) =>
      [refresh, shown(person.upn), shown(person.displayName), last, ...dates, days].join(','),
    )
    desk.served('graph reports', rows.length)
    const columns = PRODUCTS.map(([column]) => `${column} Last Activity Date`)
    const start = 'Report Refresh Date,User Principal Name,Display Name,Last Activity Date'
    return csvAnswer([[start, ...columns, 'Report Period'].join(','), ...lines])
  }
  const { entries, next } = sliceOf(request, rows, readTop(request, 200, 999))
  desk.served('graph reports', entries.length)
  return jsonAnswer(200, {
    '@odata.context': `${request.root}/$metadata#Collection(microsoft.graph.copilotUsageUserDetail)`,
    ...(next === null ? {} : { '@odata.nextLink': next }),
    value: entries.map(({ person, last, dates }) => ({
      reportRefreshDate: refresh,
      userPrincipalName: shown(person.upn),
      displayName: shown(person.displayName),
      lastActivityDate: last,
      ...Object.fromEntries(
        PRODUCTS.map(([, property], n) => [`${property}LastActivityDate`, dates[n] ?? '']),
      ),
      copilotActivityUserDetailsByPeriod: [{ reportPeriod: days }],
    })),
  })
}

function summary(desk: GraphDesk, request: GraphRequest, days: number): GraphAnswer {
  const refresh = refreshDate(desk)
  const counts = summaryOf(desk, refresh, days)
  desk.served('graph reports', 1)
  if (request.version === 'v1.0')
    return csvAnswer([
      ['Report Refresh Date', 'Report Period', ...COUNT_COLUMNS].join(','),
      [refresh, days, ...counts.figures].join(','),
    ])
  const adoptionByProduct = [{ reportPeriod: days, ...asProperties(counts) }]
  return jsonAnswer(200, { value: [{ reportRefreshDate: refresh, adoptionByProduct }] })
}

function trend(desk: GraphDesk, request: GraphRequest, days: number): GraphAnswer {
  const refresh = refreshDate(desk)
  const all = trendOf(desk, refresh, days)
  desk.served('graph reports', all.length)
  if (request.version === 'v1.0')
    return csvAnswer([
      ['Report Refresh Date', 'Report Period', 'Report Date', ...COUNT_COLUMNS].join(','),
      ...all.map(({ date, figures }) => [refresh, days, date, ...figures].join(',')),
    ])
  const adoptionByDate = all.map((one) => ({ reportDate: one.date, ...asProperties(one) }))
  return jsonAnswer(200, {
    value: [{ reportRefreshDate: refresh, reportPeriod: days, adoptionByDate }],
  })
}

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
