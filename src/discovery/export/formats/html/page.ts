import { createHash } from 'node:crypto'
import type { ExportAbout } from '../../writer.ts'
import type { Mark } from '../transcript/exchange.ts'
import { second } from '../transcript/words.ts'
import { name, plain, shown } from './markup.ts'
import { STYLE } from './style.ts'

// Nothing but this one style sheet may be loaded or run: no script, no image, no font, no frame, no form.
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`

/** A page up to its content. `title` may be hostile text. */
export function pageHead(title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${plain(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main class="page">
`
}

/** What the page is part of, and what it cannot tell. */
export function pageTail(about: ExportAbout): string {
  const { id, createdAt, createdBy, purpose, query, state, limits } = about
  return `<footer class="about">
<p>Export <span class="id">${shown(id)}</span>, made ${second(createdAt)} UTC by ${name(createdBy)}. Purpose: ${purpose === null ? 'none was given' : name(purpose)}.</p>
<p>Query: <span class="id">${name(query)}</span>. ${shown(state)}</p>
<p>All times are UTC. Characters that would hide or reorder text are spelt out like ${shown('\u202E')}. The exact records are in the archive, under the numbers that stand beside each text.</p>
${limits.length === 0 ? '' : `<ul>${limits.map((limit) => `<li>${shown(limit)}</li>`).join('')}</ul>\n`}</footer>
</main>
</body>
</html>
`
}

export function marksMarkup(marks: readonly Mark[]): string {
  if (marks.length === 0) return ''
  const each = marks.map(({ tone, text }) => `<li class="mark ${tone}">${shown(text)}</li>`)
  return `<ul class="marks">${each.join('')}</ul>`
}
