import type { ExportAbout } from '../../writer.ts'
import type { Summary } from '../transcript/summary.ts'
import { counted } from '../transcript/words.ts'
import { name, shown } from './markup.ts'
import { marksMarkup } from './page.ts'

export function indexHead({ rows, query, purpose }: ExportAbout): string {
  return `<header>
<p class="kicker">Daybook export</p>
<h1>Conversations</h1>
<p class="lead">${counted(rows, 'item')} for <span class="id">${name(query)}</span>${purpose === null ? '' : ` · ${name(purpose)}`}</p>
</header>
<table class="list">
<thead><tr><th scope="col">First (UTC)</th><th scope="col">Conversation</th><th scope="col">Where</th><th scope="col">What</th></tr></thead>
<tbody>
`
}

/** A conversation, or a part of one, in the list. */
export function indexRow(file: string, summary: Summary): string {
  const { title, surfaces, from, counts, marks, part, begins } = summary
  return `<tr><td class="when"><time>${shown(from)}</time></td><td><a href="${file}">${name(title)}</a>${part === '' ? '' : ` <span class="lead">${shown(part)}</span>`}${begins === '' ? '' : `<p class="begins" dir="auto">${shown(begins)}</p>`}</td><td>${surfaces.map(name).join(', ')}</td><td>${counts}${marksMarkup(marks)}</td></tr>
`
}

export const INDEX_TAIL = `</tbody>
</table>
`
