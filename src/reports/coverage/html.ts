import { hash } from 'node:crypto'
import { visible } from '../../platform/visible-text.ts'
import type { CoverageStatement, PersonCoverage } from './statement.ts'
import { REASON_WORDS, STATUS_WORDS, windowText } from './words.ts'

const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--line:#d8dee4;--dim:#59636e;--captured:#1a7f37;--none:#8c959f;--gap:#cf222e;--unknown:#bf8700}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#0d1117;--line:#30363d;--dim:#9198a1;--captured:#3fb950;--none:#6e7681;--gap:#f85149;--unknown:#d29922}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:2rem 1.5rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
p.dim,.dim{color:var(--dim)}
.sums{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.8rem;margin:1.4rem 0}
.sum{border:1px solid var(--line);border-left:.4rem solid;border-radius:.4rem;padding:.6rem .9rem}
.sum b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}
.captured{border-left-color:var(--captured)}.none{border-left-color:var(--none)}.gap{border-left-color:var(--gap)}.unknown{border-left-color:var(--unknown)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--dim);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.days{white-space:nowrap}.wide{overflow-x:auto}
td.id{font-family:ui-monospace,monospace;font-size:.85em;overflow-wrap:anywhere}
tr.gap td:first-child,tr.unknown td:first-child{border-left:.3rem solid}tr.gap td:first-child{border-left-color:var(--gap)}tr.unknown td:first-child{border-left-color:var(--unknown)}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.8rem;font-size:.9rem}
@media print{main{max-width:none;padding:0}h2{break-after:avoid}tr{break-inside:avoid}}
`
const POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; form-action 'none'`

/** The statement as one page without scripts; everything in it is text. */
export function coverageHtml(statement: CoverageStatement): string {
  const { days, from, to, asOf, tenant, losses, blindSpots, people, notes } = statement
  const sums = (['captured', 'none', 'gap', 'unknown'] as const).map(
    (status) =>
      `<div class="sum ${status}"><b>${number(days[status])}</b>${STATUS_WORDS[status]}</div>`,
  )
  const reasons = Object.entries(REASON_WORDS).flatMap(([reason, [means, remedy]]) => {
    const count = new Map(Object.entries(statement.reasons)).get(reason) ?? 0
    if (count === 0) return []
    const cells = `<td>${reason}</td><td class="n">${number(count)}</td><td>${means}</td><td>${remedy}</td>`
    return [`<tr>${cells}</tr>`]
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coverage ${from} to ${to}</title>
<style>${STYLE}</style>
</head>
<body><main>
<h1>Coverage statement</h1>
<p class="dim">Tenant ${text(tenant)} · ${windowText(from, to)} · as of ${text(asOf)} · UTC · unit: one day of one person</p>
<div class="sums">${sums.join('')}</div>
${notes.map((note) => `<p>${text(note)}</p>`).join('\n')}
${reasons.length === 0 ? '' : `<h2>Reasons</h2>\n<table><tr><th>Reason</th><th class="n">Days</th><th>Means</th><th>What to do</th></tr>${reasons.join('')}</table>`}
${gaps(people)}
<h2>What can never be fetched any more</h2>
${
  losses.length === 0
    ? '<p>Nothing that was listed was lost.</p>'
    : `<table><tr><th>Feed</th><th>Scope</th><th>Unit</th><th>Available</th><th>Reason</th></tr>${losses
        .map(
          (loss) =>
            `<tr><td>${text(loss.feed)}</td><td class="id">${text(loss.scope)}</td><td class="id">${text(loss.key)}</td><td>${text(loss.from)}</td><td>${text(loss.code)}</td></tr>`,
        )
        .join('')}</table>`
}
<h2>What no interface shows</h2>
<table><tr><th>State</th><th>What</th><th>Evidence</th></tr>${blindSpots
    .map(
      ({ code, state, what, evidence }) =>
        `<tr class="${state === 'excluded' ? '' : 'unknown'}"><td>${state}</td><td>${text(what)}<br><span class="dim">${code}</span></td><td>${evidence.map(text).join('<br>') || 'none'}</td></tr>`,
    )
    .join('')}</table>
<h2>Persons</h2>
<table><tr><th>Person</th><th class="n">Captured</th><th class="n">No activity</th><th class="n">Gap</th><th class="n">Unknown</th></tr>${people
    .map(
      (person) =>
        `<tr><td>${text(person.upn)}</td>${(['captured', 'none', 'gap', 'unknown'] as const)
          .map((status) => `<td class="n">${number(person.days[status])}</td>`)
          .join('')}</tr>`,
    )
    .join('')}</table>
<footer class="dim">Feeds: ${statement.feeds.map(text).join(', ') || 'none'}. SHA-256 of everything this rests on, as the log holds it: <span class="id">${text(statement.inputsSha256)}</span>.</footer>
</main></body>
</html>
`
}

function gaps(people: readonly PersonCoverage[]): string {
  const rows = (['gap', 'unknown'] as const).flatMap((status) =>
    people.flatMap(({ upn, runs }) =>
      runs
        .filter((run) => run.status === status)
        .map(
          (run) =>
            `<tr class="${run.status}"><td>${text(upn)}</td><td class="days">${windowText(run.from, run.to)}</td><td class="n">${number(run.days)}</td><td>${run.status === 'gap' ? '' : 'unknown: '}${run.reason ?? ''}</td><td>${text(run.evidence)}</td></tr>`,
        ),
    ),
  )
  if (rows.length === 0) return ''
  return `<h2>Gaps, and days of which nothing can be said yet</h2>
<div class="wide"><table><tr><th>Person</th><th>Days</th><th class="n">Number</th><th>Reason</th><th>Rests on</th></tr>${rows.join('')}</table></div>`
}

/** Grouped as everywhere else, by blanks that no line breaks at. */
const number = (value: number): string => value.toLocaleString('en-US').replaceAll(',', '\u202f')

function text(value: string): string {
  return visible(value).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
