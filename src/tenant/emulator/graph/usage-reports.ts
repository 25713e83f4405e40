// The Copilot usage reports: v1.0 streams CSV, beta serves JSON, and names may be concealed.
import { createHash } from 'node:crypto'
import type { GraphDesk } from './desk.ts'
import { readTop, sliceOf } from './paging.ts'
import { figuresOf, PRODUCTS, refreshDate, usageOf, type Usage } from './usage.ts'
import { asProperties, COUNT_COLUMNS, summaryOf, trendOf } from './usage-counts.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { demandRole, GraphRefusal, jsonAnswer } from './wire.ts'

const PERIODS: Readonly<Record<string, readonly string[]>> = {
  v1: ['D7', 'D30', 'D90', 'D180', 'ALL'],
  v2: ['D7', 'D28', 'D90', 'D180', 'ALL'],
}

/** Columns that version 2 has besides, behind those of version 1. */
const MORE_COLUMNS = [
  ['Prompts submitted for all apps', 'promptsSubmittedForAllApps'],
  ['Prompts submitted for Copilot Chat (work)', 'promptsSubmittedForCopilotChatWork'],
  ['Prompts submitted for Copilot Chat (web)', 'promptsSubmittedForCopilotChatWeb'],
  ['Active Usage Days for all apps', 'activeUsageDaysForAllApps'],
  ['Copilot Chat (work) Last Activity Date', 'copilotChatWorkLastActivityDate'],
  ['Copilot Chat (web) Last Activity Date', 'copilotChatWebLastActivityDate'],
  ['Microsoft 365 Copilot Last Activity Date', 'microsoft365CopilotLastActivityDate'],
  ['Edge Last Activity Date', 'edgeLastActivityDate'],
  ['Copilot Agent Last Activity Date', 'copilotAgentLastActivityDate'],
] as const

/** `/copilot/reports/{call}` with the call as it stands in the path: `getX(period='D7')`. */
export function serveReport(desk: GraphDesk, request: GraphRequest, call: string): GraphAnswer {
  demandRole(request, 'Reports.Read.All')
  const [, name = '', parameters = ''] = /^(\w+)\((.*)\)$/.exec(call) ?? []
  const period = /period='(\w+)'/i.exec(parameters)?.[1]?.toUpperCase() ?? ''
  const isDetail = name.toLowerCase() === 'getmicrosoft365copilotusageuserdetail'
  const version = (isDetail && /version='(\w+)'/i.exec(parameters)?.[1]?.toLowerCase()) || 'v1'
  const periods = PERIODS[version]
  if (periods === undefined)
    throw new GraphRefusal(400, 'BadRequest', 'Invalid version value specified.')
  if (!periods.includes(period))
    throw new GraphRefusal(
      400,
      'BadRequest',
      `Invalid period value specified: ${period.slice(0, 20)}`,
    )
  const days = period === 'ALL' ? 180 : Number(period.slice(1))
  switch (name.toLowerCase()) {
    case 'getmicrosoft365copilotusageuserdetail':
      return detail(desk, request, days, version === 'v2')
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

function detail(
  desk: GraphDesk,
  request: GraphRequest,
  days: number,
  isSecond: boolean,
): GraphAnswer {
  const refresh = refreshDate(desk)
  const concealed = desk.strikes('concealed-names', refresh)
  const shown = (name: string) => (concealed ? concealedName(name) : name)
  const rows = usageOf(desk, refresh, days)
  const more = (usage: Usage): readonly (string | number)[] => {
    if (!isSecond) return []
    const { prompts, activeDays, dates } = figuresOf(desk, usage, refresh, days)
    return [...prompts, activeDays, ...dates]
  }
  if (request.version === 'v1.0') {
    const lines = rows.map((usage) => {
      const { person, last, dates } = usage
      const names = [shown(person.upn), shown(person.displayName)]
      return [refresh, ...names, last, ...dates, days, ...more(usage)].join(',')
    })
    desk.served('graph reports', rows.length)
    const columns = PRODUCTS.map(([column]) => `${column} Last Activity Date`)
    const start = 'Report Refresh Date,User Principal Name,Display Name,Last Activity Date'
    const added = isSecond ? MORE_COLUMNS.map(([column]) => column) : []
    return csvAnswer([[start, ...columns, 'Report Period', ...added].join(','), ...lines])
  }
  const { entries, next } = sliceOf(request, rows, readTop(request, 200, 999))
  desk.served('graph reports', entries.length)
  return jsonAnswer(200, {
    '@odata.context': `${request.root}/$metadata#Collection(microsoft.graph.copilotUsageUserDetail)`,
    ...(next === null ? {} : { '@odata.nextLink': next }),
    value: entries.map((usage) => ({
      reportRefreshDate: refresh,
      userPrincipalName: shown(usage.person.upn),
      displayName: shown(usage.person.displayName),
      lastActivityDate: usage.last,
      ...Object.fromEntries(
        PRODUCTS.map(([, property], n) => [`${property}LastActivityDate`, usage.dates[n] ?? '']),
      ),
      ...Object.fromEntries(more(usage).map((value, n) => [MORE_COLUMNS[n]?.[1] ?? '', value])),
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
