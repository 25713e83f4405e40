import type { Item, ItemAnswer, SessionAnswer } from '../../api/answers.ts'
import { CodedError } from '../../platform/errors.ts'
import { defineCommand, type Client, type Console } from '../command.ts'
import { personInFull, placeName } from '../people.ts'
import { stateText } from '../state.ts'
import { number, visible, wrap } from '../terminal.ts'
import { printTurns, timeOf } from '../turns.ts'

const PAGE = '200'

export const conversation = defineCommand({
  name: 'conversation',
  summary: 'Read a session as it happened',
  arguments: '<session id, or the id of anything in it>',
  examples: [
    [
      'daybook conversation "19:XEOioVPHiFzm4HF61P2TwQ@thread.v2"',
      'All turns of the session, oldest first.',
    ],
    [
      'daybook conversation ea1535561acea1a29c6dfd3d3f4772b5',
      'The session that this item, record or message is part of.',
    ],
  ],
  options: {},
  exitCodes: {
    0: 'shown',
    1: 'the data folder could not be used',
    2: 'wrong usage',
    7: 'nothing has this id',
  },
  notes: [
    'Characters that would move the cursor, hide or reorder text are shown as <U+200B> and the like.',
  ],
  async run({ positionals, json, console, client, signal }) {
    const id = positionals[0]?.trim()
    if (id === undefined || id === '' || positionals.length > 1) {
      throw new CodedError(
        'USAGE',
        'Name one session, or one thing in it; see "daybook conversation --help"',
      )
    }
    const app = await client({ index: true, purpose: 'conversation' })
    let page = await firstPage(app, id)
    let shown = 0
    if (!json) printHead(page, console)
    for (;;) {
      signal.throwIfAborted()
      for (const item of page.value) {
        if (json) console.json(item)
        else printItem(item, console)
        shown += 1
      }
      if (page.next === null) break
      page = await sessionPage(app, page.session, page.next)
    }
    if (json) {
      if (!page.state.complete) console.note(stateText(page.state))
      return 0
    }
    console.line(
      console.paint(
        'bold',
        `${number(shown)} ${shown === 1 ? 'item' : 'items'}. ${stateText(page.state)}.`,
      ),
    )
    return 0
  },
})

/** The session of this id; else the session of the item that has it. */
async function firstPage(app: Client, id: string): Promise<SessionAnswer> {
  try {
    return await sessionPage(app, id)
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'NOT_FOUND') throw error
  }
  const answer = await app.get<ItemAnswer>(`/api/v1/items/${encodeURIComponent(id)}`)
  const session = answer.value.find(({ item }) => item.sessionId !== null)?.item.sessionId ?? null
  if (session === null) {
    throw new CodedError(
      'NOT_FOUND',
      `"${visible(id).slice(0, 100)}" is part of no session; "daybook show" shows it alone`,
    )
  }
  return sessionPage(app, session)
}

async function sessionPage(
  app: Client,
  session: string,
  skiptoken?: string,
): Promise<SessionAnswer> {
  const path = `/api/v1/sessions/${encodeURIComponent(session)}`
  return await app.get<SessionAnswer>(path, { top: PAGE, skiptoken })
}

function printHead({ session, value }: SessionAnswer, console: Console): void {
  const { paint, width } = console
  const people = new Set(value.flatMap(({ custodians }) => custodians.map(personInFull)))
  const places = new Set(value.map(placeName))
  console.line(paint('bold', 'Conversation'))
  const rows: [string, string][] = [
    ['session', visible(session)],
    ['people', [...people].join('; ')],
    ['where', [...places].filter((place) => place !== '').join('; ')],
    ['began', timeOf(value[0]?.occurredAt ?? '') + ' UTC'],
  ]
  for (const [name, text] of rows) {
    wrap(text, width - 11).forEach((line, at) =>
      console.line(`  ${paint('dim', (at === 0 ? name : '').padEnd(9))}${line}`),
    )
  }
  console.line()
}

function printItem(item: Item, console: Console): void {
  printTurns(item, console)
  for (const { message } of item.findings) {
    wrap(visible(message), console.width - 6).forEach((line, at) =>
      console.line(console.paint('yellow', `    ${at === 0 ? '!' : ' '} ${line}`)),
    )
  }
  console.line()
}
