import type { Exchange, Turn } from '../transcript/exchange.ts'
import type { Note } from '../transcript/notes.ts'
import type { Summary } from '../transcript/summary.ts'
import type { Line } from '../transcript/words.ts'
import { name, shown } from './markup.ts'
import { marksMarkup } from './page.ts'

/** The head of a conversation: who, where, when, and what must not be overlooked. */
export function conversationHead(summary: Summary): string {
  const { title, people, agents, surfaces, from, to, counts, marks, tenantId, sessionId, part } =
    summary
  const facts: [string, string][] = [
    [
      'When',
      `<time>${shown(from)}</time>${from === to ? '' : ` to <time>${shown(to)}</time>`} UTC`,
    ],
    ['People', people.map(name).join(', ')],
    ['Agents', agents.map(name).join(', ')],
    ['Surfaces', surfaces.map(name).join(', ')],
    ['Conversation', sessionId === null ? '' : `<span class="id">${name(sessionId)}</span>`],
    ['Tenant', `<span class="id">${name(tenantId)}</span>`],
    ['Part', shown(part)],
  ]
  const told = facts.filter(([, value]) => value !== '')
  return `<header>
<p class="kicker">Transcript · <a href="index.html">all conversations</a></p>
<h1>${name(title)}</h1>
<p class="lead">${counts}</p>
${marksMarkup(marks)}
<dl class="facts">${told.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join('')}</dl>
</header>
`
}

export function exchangeMarkup(exchange: Exchange): string {
  const { id, ordinal, at, place, marks, turns, notes } = exchange
  return `<section class="exchange" id="item-${shown(id)}">
<header><h2><a href="#item-${shown(id)}">${ordinal}</a></h2><time>${shown(at)}</time>${place === '' ? '' : `<span class="place">${name(place)}</span>`}${marksMarkup(marks)}</header>
<div>
${turns.map(turnMarkup).join('')}<dl class="notes below">${notesMarkup(notes, 'below')}</dl>
</div>
<dl class="notes beside">${notesMarkup(notes, 'beside')}</dl>
</section>
`
}

function turnMarkup({ role, speaker, at, text, missing, marks, records }: Turn): string {
  const said =
    text === null
      ? `<p class="missing">${missing}</p>`
      : `<p class="said" dir="auto">${shown(text.trimEnd())}</p>`
  return `<article class="turn ${role}"><header><span class="speaker">${name(speaker)}</span><span class="role">${role}</span><time>${shown(at)}</time>${marksMarkup(marks)}<span class="told">${records}</span></header>${said}</article>
`
}

function notesMarkup(notes: readonly Note[], place: Note['place']): string {
  return notes
    .filter((note) => note.place === place)
    .map(
      ({ term, lines, tone }) =>
        `<div><dt>${term}</dt>${lines.map((line) => lineMarkup(line, tone)).join('')}</div>`,
    )
    .join('')
}

function lineMarkup({ text, detail, tone }: Line, whole: Note['tone']): string {
  return `<dd class="${tone ?? whole}">${name(text)}${detail === '' ? '' : ` <span class="detail">${name(detail)}</span>`}</dd>`
}
