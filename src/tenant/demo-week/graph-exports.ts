import { COLLEAGUES, type Colleague } from './firm.ts'
import { answerItem, promptItem, type GraphItem } from './graph-items.ts'
import { MOMENTS } from './moments.ts'
import type { ExportFile, Outcome } from './served.ts'

/** The histories were read twice; the second time from a little before the end of the first, since its bounds are strict. */
const FETCHES = [
  { day: '2026-03-04', from: 0, until: Date.parse('2026-03-04T10:00:00Z') },
  { day: '2026-03-06', from: Date.parse('2026-03-04T09:45:00Z'), until: Infinity },
] as const

const PAGE_SIZE = 12
const GRAPH = 'https://graph.microsoft.com/v1.0'

interface HistoryItem {
  readonly item: GraphItem
  readonly outcome: Outcome
}

/** Pages of getAllEnterpriseInteractions: per fetch and person, newest first. */
export function graphPages(): ExportFile[] {
  const seen = new Map<string, string>()
  return FETCHES.flatMap(({ day, from, until }) =>
    Object.values(COLLEAGUES).flatMap((colleague) => {
      const history = historyOf(colleague, until)
        .filter(({ createdAt }) => createdAt > from && createdAt < until)
        .map((item) => ({ item, outcome: outcomeOf(item, seen) }))
        .toSorted((a, b) => b.item.createdAt - a.item.createdAt)
      return pagesOf(day, colleague, history)
    }),
  )
}

/** Everything in one person's history, as it read at that time: their prompts, the answers, and answers they heard in a meeting. */
function historyOf(person: Colleague, at: number): GraphItem[] {
  return MOMENTS.flatMap((moment) => {
    const { turn, answeredAt } = moment
    if (turn.only === 'audit') return []
    const { edited } = turn
    const changedAt = edited === undefined ? answeredAt : Date.parse(edited.at)
    const answer =
      edited !== undefined && changedAt >= at
        ? answerItem(moment, edited.before, answeredAt)
        : answerItem(moment, turn.answer, changedAt)
    if (COLLEAGUES[turn.who] === person) return [promptItem(moment), answer]
    const { heardBy } = turn
    return heardBy !== undefined && COLLEAGUES[heardBy] === person ? [answer] : []
  })
}

function outcomeOf({ json }: GraphItem, seen: Map<string, string>): Outcome {
  const key = JSON.stringify([json['sessionId'], json['id']])
  const text = JSON.stringify(json)
  const known = seen.get(key)
  seen.set(key, text)
  if (known === undefined) return 'added'
  return known === text ? 'repeated' : 'version'
}

function pagesOf(
  day: string,
  { objectId, upn }: Colleague,
  history: readonly HistoryItem[],
): ExportFile[] {
  const alias = upn.slice(0, upn.indexOf('@'))
  const pages: ExportFile[] = []
  for (let start = 0; start < history.length; start += PAGE_SIZE) {
    const page = history.slice(start, start + PAGE_SIZE)
    const next = start + PAGE_SIZE
    const token = Buffer.from(
      `SkipValue=${next}#MailboxFolder=MailFolders/TeamsMessagesData`,
    ).toString('base64url')
    const address = `${GRAPH}/copilot/users/${objectId}/interactionHistory/getAllEnterpriseInteractions`
    const body = {
      '@odata.context': `${GRAPH}/$metadata#Collection(aiInteraction)`,
      '@odata.count': page.length,
      ...(next < history.length && {
        '@odata.nextLink': `${address}?$top=${PAGE_SIZE}&$skiptoken=${token}`,
      }),
      value: page.map(({ item }) => item.json),
    }
    pages.push({
      path: `graph/${day}-${alias}-${pages.length + 1}.json`,
      text: `${JSON.stringify(body, null, 2)}\n`,
      served: page.map(({ outcome }) => outcome),
    })
  }
  return pages
}
