import type { ItemAnswer, ItemWithRecords } from '../../api/answers.ts'
import { CodedError } from '../../platform/errors.ts'
import { defineCommand, type Console } from '../command.ts'
import { printItem } from '../item-view.ts'
import { stateText } from '../state.ts'
import { minute, number, visible, wrap } from '../terminal.ts'

export const show = defineCommand({
  name: 'show',
  summary: 'Show one item: reconciled, with the source of every field',
  arguments: '<id of an item, record, message or request; or a sequence>',
  examples: [
    [
      'daybook show ea1535561acea1a29c6dfd3d3f4772b5',
      'The whole item: turns, files, flags, findings, records.',
    ],
    [
      'daybook show 385211e7-2319-418b-a4d4-610065361663 --raw',
      'The text of its records, exactly as Microsoft served it.',
    ],
  ],
  options: {
    raw: { summary: 'the records’ exact text alone, one after the other' },
    line: { summary: 'the records’ lines of the archive, which is what is hashed' },
  },
  exitCodes: {
    0: 'shown',
    1: 'the data folder could not be used',
    2: 'wrong usage',
    7: 'nothing has this id',
  },
  notes: [
    'An item is reconciled from every record that tells of it: audit records, prompts and answers. It is read from the archive, not from the index. --json gives one object with item and records; with --raw or --line they include it.',
    'On a terminal, characters that would move the cursor or hide text are shown as <U+200B> and the like; into a file or a pipe --raw and --line write them as they are.',
  ],
  async run({ positionals, options, json, console, client }) {
    const id = positionals[0]?.trim()
    if (id === undefined || id === '' || positionals.length > 1) {
      throw new CodedError('USAGE', 'Name one id; see "daybook show --help"')
    }
    const raw = options['raw'] === true
    const line = options['line'] === true
    const app = await client({ index: true, purpose: 'show' })
    const path = `/api/v1/items/${encodeURIComponent(id)}`
    const query = { ...(raw ? { raw: 'true' } : {}), ...(line ? { line: 'true' } : {}) }
    const answer = await app.get<ItemAnswer>(path, query)
    const [first] = answer.value
    if (first === undefined) throw new Error('the application answered without an item')
    if (json) console.json(answer)
    else if (raw || line) printText(answer, raw ? 'raw' : 'line', console)
    else {
      printItem(first, console)
      printOthers(answer, console)
    }
    if (!answer.state.complete) console.note(`${stateText(answer.state)}.`)
    return 0
  },
})

function printText({ value }: ItemAnswer, field: 'raw' | 'line', console: Console): void {
  for (const { records } of value.slice(0, 1)) {
    for (const record of records) {
      const text = record[field] ?? ''
      console.line(console.isTerminal ? visible(text) : text)
    }
  }
}

function printOthers({ matches, value }: ItemAnswer, console: Console): void {
  if (matches === 1) return
  console.line()
  const text = `${number(matches)} items answer to this id. This was the oldest; the others${matches > value.length ? ` (the first ${value.length - 1})` : ''}:`
  wrap(text, console.width).forEach((line) => console.line(console.paint('yellow', line)))
  value
    .slice(1)
    .forEach(({ item }: ItemWithRecords) =>
      console.line(`  ${minute(item.occurredAt)}  ${item.id}`),
    )
}
