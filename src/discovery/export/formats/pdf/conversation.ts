import type { ExportAbout } from '../../writer.ts'
import type { Exchange, Mark, Turn } from '../transcript/exchange.ts'
import type { Note } from '../transcript/notes.ts'
import { spanOf, type Summary } from '../transcript/summary.ts'
import { second } from '../transcript/words.ts'
import { INK, RULE, SOFT, type Block, type Paper } from './paper.ts'

const BODY = { font: 'text', size: 9.5 } as const
const SMALL = { font: 'text', size: 7.8 } as const
const SMALL_STRONG = { font: 'strong', size: 7.8 } as const
const STRONG = { font: 'strong', size: 9.5 } as const
const TITLE = { font: 'strong', size: 17 } as const

const TONES: Readonly<Record<Mark['tone'], string>> = {
  alarm: '#a4161a',
  notice: '#7a4b00',
  plain: SOFT,
}

const BLOCKS: Readonly<Record<Turn['role'], Block>> = {
  prompt: { bar: '#1f5fa8', ground: '#eef4fb' },
  answer: { bar: '#2c6e57', ground: '#f7f9f8' },
  event: { bar: '#6b5b95', ground: '#f6f4fa' },
}

/** The head of a conversation: who, where, when, and what must not be overlooked. */
export function drawHead(paper: Paper, summary: Summary): void {
  const { title, people, agents, surfaces, counts, marks, tenantId, sessionId, part } = summary
  paper.text('TRANSCRIPT', SMALL, { color: SOFT })
  paper.text(title, TITLE)
  paper.space(2)
  paper.text(counts, BODY, { color: SOFT })
  if (marks.length > 0) {
    paper.space(4)
    drawMarks(paper, marks, 0)
    paper.space(16)
  }
  paper.space(6)
  paper.rule(RULE, 1.2)
  paper.space(7)
  const facts: [string, string][] = [
    ['When', spanOf(summary)],
    ['People', people.join(', ')],
    ['Agents', agents.join(', ')],
    ['Surfaces', surfaces.join(', ')],
    ['Conversation', sessionId ?? ''],
    ['Tenant', tenantId],
    ['Part', part],
  ]
  for (const [term, value] of facts)
    if (value !== '') drawTerm(paper, term, [{ text: value, color: INK }], BODY, 0, 82)
  paper.space(8)
}

export function drawExchange(paper: Paper, exchange: Exchange): void {
  const { ordinal, at, place, marks, turns, notes } = exchange
  paper.need(90)
  paper.space(6)
  paper.rule()
  paper.space(7)
  const head = `${ordinal}`
  const time = `${at}${place === '' ? '' : `   ${place}`}`
  drawLine(paper, head, STRONG, 0, INK)
  drawLine(paper, time, BODY, 20, SOFT)
  drawMarks(paper, marks, 28 + Math.min(widthOf(paper, time), paper.width * 0.5))
  paper.space(18)
  for (const turn of turns) drawTurn(paper, turn)
  for (const note of notes) drawNote(paper, note)
  paper.space(6)
}

function drawTurn(paper: Paper, { role, speaker, at, text, missing, marks, records }: Turn): void {
  const block = BLOCKS[role]
  const indent = 12
  const width = paper.width - 2 * indent
  paper.need(44)
  paper.band(21, block)
  paper.space(6)
  const [name] = paper.setter.lines(speaker.replaceAll('\n', ' '), STRONG, width * 0.5)
  if (name !== undefined) paper.draw(name, STRONG, indent, block.bar)
  const more = `${role}   ${at}`
  const x = indent + (name?.width ?? 0) + 9
  drawLine(paper, more, SMALL, x, SOFT)
  drawMarks(paper, marks, x + paper.setter.widthOf(more, SMALL) + 8)
  const told = shortened(records)
  drawLine(paper, told, SMALL, paper.width - indent - paper.setter.widthOf(told, SMALL), SOFT)
  paper.space(15)
  if (text === null) paper.text(missing, BODY, { color: SOFT, indent, width, block })
  else paper.text(text.trimEnd(), BODY, { indent, width, block })
  paper.band(6, block)
  paper.space(11)
}

function drawNote(paper: Paper, { term, lines, tone }: Note): void {
  const values = lines.map(({ text, detail, tone: own = tone }) => ({
    text: detail === '' ? text : `${text}  (${detail})`,
    color: own === 'plain' ? INK : TONES[own],
  }))
  drawTerm(paper, term, values, SMALL, 12, 70)
}

/** A term with its values beside it. */
function drawTerm(
  paper: Paper,
  term: string,
  values: readonly { readonly text: string; readonly color: string }[],
  style: typeof BODY | typeof SMALL,
  indent: number,
  column: number,
): void {
  paper.need(style.size * 1.42)
  drawLine(paper, term, style === SMALL ? SMALL_STRONG : style, indent, SOFT)
  for (const { text, color } of values)
    paper.text(text, style, {
      indent: indent + column,
      width: paper.width - indent - column,
      color,
    })
  paper.space(1.5)
}

/** Words in outlined capsules, side by side at this height. */
function drawMarks(paper: Paper, marks: readonly Mark[], from: number): void {
  let x = from
  for (const { tone, text } of marks) {
    const width = paper.setter.widthOf(text, SMALL_STRONG) + 10
    if (x + width > paper.width) return // the notes below tell them all
    paper.capsule(x, width, TONES[tone])
    drawLine(paper, text, SMALL_STRONG, x + 5, TONES[tone])
    x += width + 4
  }
}

function drawLine(
  paper: Paper,
  text: string,
  style: { readonly font: 'text' | 'strong'; readonly size: number },
  x: number,
  color: string,
): void {
  const [line] = paper.setter.lines(
    text.replaceAll('\n', ' '),
    style,
    Math.max(40, paper.width - x),
  )
  if (line !== undefined) paper.draw(line, style, x, color)
}

function widthOf(paper: Paper, text: string): number {
  return paper.setter.lines(text.replaceAll('\n', ' '), BODY, paper.width)[0]?.width ?? 0
}

/** Many numbers do not fit beside a name; the notes have them all. */
function shortened(records: string): string {
  return records.length <= 36 ? records : `${records.slice(0, 34).replace(/[\d, ]*$/, '')} …`
}

/** What the file is part of, and what it cannot tell. */
export function drawAbout(paper: Paper, about: ExportAbout): void {
  const { id, createdAt, createdBy, purpose, query, state, limits } = about
  paper.need(110)
  paper.space(10)
  paper.rule(RULE, 1.2)
  paper.space(7)
  const say = (text: string) => paper.text(text, SMALL, { color: SOFT })
  say(
    `Export ${id}, made ${second(createdAt)} UTC by ${createdBy}. Purpose: ${purpose ?? 'none was given'}.`,
  )
  say(`Query: ${query}. ${state}`)
  say(
    'All times are UTC. Characters that would hide or reorder text, and those that no font has, stand as their code point in a box. The exact records are in the archive, under the numbers that stand beside each text.',
  )
  for (const limit of limits) say(`– ${limit}`)
}
