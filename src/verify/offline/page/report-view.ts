import type { Report } from '../check-package.ts'
import type { TenantChecked } from '../check-tenants.ts'
import { type Finding, MEANINGS } from '../findings.ts'
import { grouped } from '../given-keys.ts'
import { isObject } from '../json.ts'
import { type Check, type Verdict, verdictOn } from '../verdict.ts'
import { amount, momentAsText } from '../words.ts'
import { element } from './elements.ts'

/** Findings of one kind that are shown one by one. */
const SHOWN = 20

const OUTCOMES: Readonly<Record<Check['outcome'], string>> = {
  holds: 'holds',
  fails: 'does NOT hold',
  open: 'is yours to check',
  absent: 'cannot be checked',
}

/** The result of a check, as it is read and printed. */
export function reportView(report: Report, name: string, now: Date): HTMLElement {
  const verdict = verdictOn(report)
  const { contents } = report
  const view = element('div', {}, banner(verdict, name, now))
  if (contents !== undefined && verdict.tone === 'open') view.append(fingerprints(contents.tenants))
  if (report.findings.total > 0) view.append(findingsView(report))
  if (verdict.checks.length > 0) view.append(checksView(verdict))
  if (verdict.proves.length > 0) {
    const title =
      verdict.tone === 'open' ? 'What this proves, if the key is theirs' : 'What this proves'
    view.append(sentences(title, 'proves', verdict.proves))
  }
  if (verdict.doesNotProve.length > 0)
    view.append(sentences('What this does not prove', 'not', verdict.doesNotProve))
  if (contents !== undefined) {
    if (verdict.tone !== 'open') view.append(fingerprints(contents.tenants))
    view.append(statements(report, contents))
  }
  return view
}

function banner({ tone, title, summary }: Verdict, name: string, now: Date): HTMLElement {
  const print = element('button', { type: 'button', class: 'plain' }, 'Print or save this result')
  print.addEventListener('click', () => window.print())
  return element(
    'section',
    { class: `verdict ${tone}`, 'aria-labelledby': 'verdict' },
    element('h2', { id: 'verdict', tabindex: '-1' }, title),
    element('p', {}, summary),
    element('p', { class: 'small' }, `${name}, checked on ${momentAsText(now.toISOString())}`),
    print,
  )
}

function checksView({ checks }: Verdict): HTMLElement {
  return element(
    'section',
    {},
    element('h3', {}, 'What was checked'),
    element(
      'ul',
      { class: 'checks' },
      ...checks.map(({ name, outcome, text }) =>
        element(
          'li',
          { class: outcome },
          element(
            'strong',
            {},
            name,
            ' ',
            element('span', { class: 'outcome' }, OUTCOMES[outcome]),
          ),
          element('span', {}, text),
        ),
      ),
    ),
  )
}

function sentences(title: string, kind: string, texts: readonly string[]): HTMLElement {
  return element(
    'section',
    {},
    element('h3', {}, title),
    element('ul', { class: kind }, ...texts.map((text) => element('li', {}, text))),
  )
}

function findingsView({ findings }: Report): HTMLElement {
  const section = element('section', {}, element('h3', {}, 'What is wrong'))
  for (const [code, count] of findings.counts) {
    const own = findings.kept.filter((finding) => finding.code === code)
    section.append(
      element(
        'h4',
        {},
        MEANINGS[code],
        count > 1 ? ` (${count} times) ` : ' ',
        element('code', {}, code),
      ),
      element('ul', { class: 'findings' }, ...own.slice(0, SHOWN).map(findingView)),
    )
    if (count > SHOWN)
      section.append(
        element('p', { class: 'small' }, `And ${amount(count - SHOWN, 'more', 'more')}.`),
      )
  }
  return section
}

const findingView = ({ message }: Finding): HTMLElement => element('li', {}, message)

function fingerprints(tenants: readonly TenantChecked[]): HTMLElement {
  const section = element('section', { class: 'keys' })
  if (tenants.some(({ key }) => key !== undefined))
    section.append(element('h3', {}, tenants.length === 1 ? 'The key' : 'The keys'))
  for (const { tenant, key, fingerprint, compared } of tenants) {
    if (key === undefined || fingerprint === undefined) continue
    section.append(
      element(
        'p',
        {},
        `Fingerprint of the key of “${tenant}”`,
        compared ? ' (the one that you gave):' : '. Is it the one that you got by another way?',
      ),
      element('p', { class: 'fingerprint' }, grouped(fingerprint)),
      element('p', { class: 'small' }, 'The key itself: ', element('code', {}, key.text)),
    )
  }
  return section
}

/** What the export says of itself: proven to be unchanged, not to be right. */
function statements(
  { findings }: Report,
  { manifest, manifestSha256, files }: NonNullable<Report['contents']>,
): HTMLElement {
  const { all } = manifest
  const { text, explained, from, to } = isObject(all['query']) ? all['query'] : {}
  const state = isObject(all['state']) ? all['state'] : {}
  const list = element('dl', {})
  const say = (name: string, value: unknown): void => {
    const said = plain(value)
    if (said !== '') list.append(element('dt', {}, name), element('dd', {}, said))
  }
  say('Made on', momentAsText(all['createdAt']))
  say('Made by', all['createdBy'])
  say('Purpose', all['purpose'])
  say('Asked for', text)
  say('Understood as', explained)
  say('Period', period(from, to))
  say('Format', `${plain(all['format'])}, one row for each ${plain(all['unit'])}`)
  say('Counts', counts(all['counts']))
  say('State', state['text'])
  say('Minimised', all['minimised'])
  say('Changed for the format', changes(all['changes']))
  say('Limits of the data', all['limits'])
  say('Passed over', files.ignored)
  say('Export', manifest.export)
  say('Software', all['product'])
  say('SHA-256 of manifest.json', manifestSha256)
  const changed = findings.has('MANIFEST_UNPROVEN', 'MANIFEST_PROOF_INVALID', 'MANIFEST_CHANGED')
  return element(
    'section',
    {},
    element('h3', {}, 'What the export says of itself'),
    ...(changed
      ? [element('p', {}, 'Nothing proves what follows: it may have been changed.')]
      : []),
    list,
  )
}

/** A value from the manifest as text, whatever it is; a list has a line for each. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(plain).join('\n')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function period(from: unknown, to: unknown): string {
  if (typeof from !== 'string' && typeof to !== 'string') return 'not limited'
  const begin = typeof from === 'string' ? `from ${momentAsText(from)}` : 'from the beginning'
  return typeof to === 'string' ? `${begin} until before ${momentAsText(to)}` : `${begin} on`
}

function counts(value: unknown): string {
  if (!isObject(value)) return ''
  const parts = Object.entries(value).filter(([, count]) => typeof count === 'number')
  const leftOut = isObject(value['leftOut']) ? Object.entries(value['leftOut']) : []
  return [
    ...parts.map(([unit, count]) => amount(Number(count), unit)),
    ...leftOut.map(([reason, count]) => `${plain(count)} left out (${reason})`),
  ].join(', ')
}

function changes(value: unknown): string {
  if (!Array.isArray(value)) return ''
  const lines = value
    .filter(isObject)
    .map((one) => `${plain(one['how'])} (${plain(one['file'])}: ${plain(one['count'])})`)
  return lines.length === 0 ? 'nothing' : lines.join('\n')
}
