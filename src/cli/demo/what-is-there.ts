import type { CountAnswer, HitsAnswer, ItemHit, SummaryAnswer } from '../../api/answers.ts'
import type { DemoWeek } from '../../tenant/demo-week/demo-week.ts'
import type { Client } from '../command.ts'
import { printHit } from '../hit-view.ts'
import { number, oneLine } from '../terminal.ts'
import type { Stage } from './stage.ts'

/** What one query of the story found. */
export interface Found {
  readonly name: string
  readonly kql: string
  readonly count: number
  /** Id of the item, where the story is about one. */
  readonly id: string | null
}

interface Scene {
  readonly name: string
  readonly title: string
  readonly kql: string
  readonly recordId: string | null
  readonly holds: (hit: ItemHit) => boolean
}

/** Shows what the week holds, each with the query that found it, and checks that it is what the story says. */
export async function tellWhatIsThere(app: Client, play: Stage, week: DemoWeek): Promise<Found[]> {
  const { notable } = week
  play.step('Find what matters', 'daybook search --facets')
  const summary = await app.get<SummaryAnswer>('/api/v1/items/summary', { q: '*' })
  play.expect('the index covers everything that is archived.', summary.state.complete)
  const surfaces = summary.facets.find(({ name }) => name === 'surface')?.values ?? []
  play.expect('several surfaces were used', surfaces.length > 3)
  play.say(
    `${number(summary.count)} items (a prompt with its answers, or an event), each reconciled from every record that tells of it: ${surfaces.map(({ value, items }) => `${oneLine(value)} ${items}`).join(', ')}.`,
  )
  const found: Found[] = []
  for (const scene of scenes(notable)) {
    play.heading(scene.title)
    found.push(await playScene(app, play, scene))
  }
  const share = await automaticShare(app, play, week)
  return [...found, share]
}

function scenes(notable: DemoWeek['notable']): Scene[] {
  const { jailbreak, xpia, labelled, disagreement } = notable
  return [
    {
      name: 'jailbreak',
      title: 'A jailbreak: the flag is in the audit record, the words are in Graph',
      ...jailbreak,
      holds: (hit) => hit.jailbreak === true,
    },
    {
      name: 'xpia',
      title: 'A cross-prompt injection: a mail that talks to the assistant',
      ...xpia,
      holds: (hit) => hit.xpia === true,
    },
    {
      name: 'labelled',
      title: 'A file with a sensitivity label that an answer was made from',
      ...labelled,
      holds: (hit) => hit.labels.includes(labelled.labelId),
    },
    {
      name: 'disagreement',
      title: 'A disagreement: the answer cites a file that the audit record does not list',
      ...disagreement,
      holds: (hit) => hit.findings.includes('CITED_NOT_LISTED'),
    },
  ]
}

async function playScene(
  app: Client,
  play: Stage,
  { name, kql, recordId, holds }: Scene,
): Promise<Found> {
  play.command(`daybook search ${shellQuoted(kql)}`)
  const answer = await app.get<HitsAnswer>('/api/v1/items', { q: kql })
  const hits = answer.value.filter((hit) => hit.unit === 'item')
  const [hit] = hits
  play.expect(
    `"${kql}" finds exactly the item of the story`,
    hits.length === 1 &&
      hit !== undefined &&
      holds(hit) &&
      (recordId === null || hit.recordIds.includes(recordId)),
  )
  hits.slice(0, 3).forEach((one) => printHit(one, play.console, { blank: false }))
  return { name, kql, count: hits.length, id: hit?.id ?? null }
}

async function automaticShare(
  app: Client,
  play: Stage,
  { notable: { automaticShare: share } }: DemoWeek,
): Promise<Found> {
  const all = 'kind:interaction AND prompt:*'
  const kql = `${all} AND automatic:true`
  play.heading('Use that nobody typed: prompts that an application sent by itself')
  play.command(`daybook search ${shellQuoted(kql)} --count`)
  const [prompts, automatic] = await Promise.all(
    [all, kql].map(async (q) => (await app.get<CountAnswer>('/api/v1/items/count', { q })).count), // our own route's answer
  )
  play.expect(
    `${share.automatic} of ${share.prompts} prompts are automatic`,
    automatic === share.automatic && prompts === share.prompts,
  )
  const percent = Math.round(((automatic ?? 0) / Math.max(1, prompts ?? 0)) * 100)
  play.result(
    `${number(automatic ?? 0)} of ${number(prompts ?? 0)} prompts, ${percent} %, are no use by a person`,
  )
  return { name: 'automatic', kql, count: automatic ?? 0, id: null }
}

const shellQuoted = (text: string) => (text.includes('"') ? `'${text}'` : `"${text}"`)
