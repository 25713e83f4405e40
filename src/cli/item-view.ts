import { basename } from 'node:path'
import type { Item, ItemReference, ItemWithRecords, RecordView } from '../api/answers.ts'
import { badge, badgesOf, inWords } from './badges.ts'
import type { Console } from './command.ts'
import { personInFull, placeName } from './people.ts'
import { number, oneLine, pad, visible, wrap } from './terminal.ts'
import { eventName, printTurns, resourceText } from './turns.ts'

const COLUMN = 13

/** Prints an item in full: what happened, what the records say of it, and which record says what. */
export function printItem({ item, records, reference }: ItemWithRecords, console: Console): void {
  const { paint } = console
  console.line(paint('bold', `Item ${item.id}`))
  const badges = badgesOf({ ...item, findings: item.findings.map(({ code }) => code) })
  if (badges.length > 0)
    printWords(
      badges.map(([style, text]) => [badge(text), (word) => paint(style, word)]),
      console,
    )
  printHeader(item, console)
  printTitle('What happened', console)
  printTurns(item, console)
  printFacts(item, console)
  if (reference !== undefined) printReference(reference, console)
  printFindings(item, console)
  printProvenance(item, console)
  printRecords(records, console)
}

function printHeader(item: Item, console: Console): void {
  const agent = item.agent
  printRows(
    [
      [
        'when',
        `${item.occurredAt.replace('T', ' ').replace('Z', '')} UTC${item.timeBasis === 'received' ? ' (no record has a time: when it was received)' : ''}`,
      ],
      ['who', item.custodians.map(personInFull).join('; ')],
      ['where', placeName(item)],
      ['kind', eventName(item)],
      ['agent', agent === null ? '' : agentName(agent)],
      ['agent id', visible(agent?.id ?? '')],
      ['app', visible(agent?.appIdentity ?? '')],
      ['session', visible(item.sessionId ?? '')],
      ['request', item.requestIds.map(visible).join(', ')],
      ['address', [...item.clientIps, ...item.regions].map(visible).join(', ')],
      ['tenant', visible(item.tenantId)],
    ],
    console,
  )
}

function agentName({ name, kind, origin }: NonNullable<Item['agent']>): string {
  const words = [name, kind === 'unknown' ? null : kind, origin === 'unknown' ? null : origin]
  return words
    .filter((word) => word !== null)
    .map(oneLine)
    .join(', ')
}

function printFacts(item: Item, console: Console): void {
  printTitle('What the records say', console)
  const { credits } = item
  const models = item.models.map(({ provider, name, version }) =>
    [provider, name, version]
      .filter((word) => word !== null)
      .map(oneLine)
      .join(' '),
  )
  printRows(
    [
      ['jailbreak', flag(item.jailbreak)],
      ['injection', flag(item.xpia)],
      ['web search', flag(item.web)],
      ['tenant data', flag(item.tenantGrounded)],
      ['automatic', flag(item.automatic)],
      ['DLP', item.dlp ?? 'unknown'],
      ['labels', item.labels.map(visible).join(', ')],
      ['models', models.join('; ')],
      ['plug-ins', item.plugins.map(oneLine).join(', ')],
      ['locale', oneLine(item.locale ?? '')],
      [
        'credits',
        credits === null
          ? ''
          : `${credits.total} (estimate ${credits.ruleSet}, ${inWords(credits.basis.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_'))})`,
      ],
      ['unmapped', oneLine(item.unmapped ?? '')],
    ],
    console,
  )
  if (item.messages.length === 0) return
  const others = item.resources.filter(({ origin }) => origin !== 'accessed')
  if (others.length > 0) printRows([['cited', others.map(resourceText).join('; ')]], console)
}

/** What no record says: named with the file that says it. */
function printReference({ agent, people, places }: ItemReference, console: Console): void {
  printTitle('What reference data says', console)
  const rows: (readonly [string, string])[] = []
  if (agent !== null) rows.push(['agent', told([agent.name], agent)])
  for (const { person, ...saying } of people) {
    const { copilotLicence: licence, department, lastActivity } = saying
    const facts = [
      saying.name,
      department,
      licence === null ? null : licence ? 'has a Copilot licence' : 'has no Copilot licence',
      lastActivity === null ? null : `last used Copilot on ${lastActivity}`,
    ]
    const who = people.length > 1 ? `${person.upn ?? person.objectId ?? ''}: ` : ''
    rows.push(['person', `${oneLine(who)}${told(facts, saying)}`])
  }
  for (const { kind, key, name, at, ...saying } of places) {
    const which = kind === 'meeting' ? at?.slice(0, 16).replace('T', ' ') : key
    rows.push([kind, told([name, which ?? null], saying)])
  }
  printRows(rows, console)
}

function told(
  words: readonly (string | null)[],
  { file, asOf }: { readonly file: string; readonly asOf: string },
): string {
  const known = words.filter((word) => word !== null).map(oneLine)
  return `${known.join(', ')} (${visible(basename(file))}, ${asOf})`
}

const flag = (value: boolean | null) => (value === null ? 'unknown' : value ? 'yes' : 'no')

function printFindings(item: Item, console: Console): void {
  if (item.findings.length === 0) return
  printTitle('Findings', console)
  for (const { code, message, sequences } of item.findings) {
    console.line(
      `  ${console.paint('yellow', code)}  ${console.paint('dim', recordsText(sequences))}`,
    )
    wrap(visible(message), console.width - 4).forEach((line) => console.line(`    ${line}`))
  }
}

/** Fields by the records that they come from; what is not named comes from all of them. */
function printProvenance(item: Item, console: Console): void {
  printTitle('Where each field comes from', console)
  const bySource = new Map<string, string[]>()
  for (const [field, sequences] of Object.entries(item.provenance)) {
    const key = recordsText(sequences)
    bySource.set(key, [...(bySource.get(key) ?? []), field])
  }
  for (const [source, fields] of bySource) {
    console.line(`  ${console.paint('cyan', source)}`)
    wrap(fields.map(visible).join(', '), console.width - 4).forEach((line) =>
      console.line(`    ${line}`),
    )
  }
  const all =
    item.sequences.length === 1
      ? recordsText(item.sequences)
      : `all ${item.sequences.length} records`
  console.line(`  ${console.paint('cyan', all)}`)
  console.line(`    ${bySource.size === 0 ? 'everything' : 'everything else'}`)
  for (const { basis, confidence, sequences } of item.joins ?? []) {
    console.line(`  ${console.paint('cyan', recordsText(sequences))}`)
    console.line(`    joined by ${basis.replace('-', ' ')} (${confidence})`)
  }
}

const recordsText = (sequences: readonly number[]) =>
  `${sequences.length === 1 ? 'record' : 'records'} ${sequences.slice(0, 20).join(', ')}${sequences.length > 20 ? ', …' : ''}`

function printRecords(records: readonly RecordView[], console: Console): void {
  const { paint } = console
  printTitle(records.length === 1 ? 'The record' : `The ${number(records.length)} records`, console)
  for (const record of records) {
    const versions = records.filter(({ identity }) => identity === record.identity)
    const version =
      versions.length > 1
        ? `, version ${versions.indexOf(record) + 1} of ${versions.length} in the order received`
        : ''
    const kind = [
      record.namespace,
      record.recordType,
      record.operation === record.recordType ? '' : record.operation,
    ].filter((word) => word !== '')
    const [from, to] = record.range
    const { proof } = record
    console.line(
      `  ${paint('cyan', `record ${record.sequence}`)}  ${oneLine(kind.join(' '))}${version}`,
    )
    printRows(
      [
        ['id', visible(record.nativeId ?? `none; identity ${record.identity}`)],
        ['file', `${visible(record.file ?? 'unknown file')}, bytes ${from} to ${to}`],
        ['received', record.receivedAt],
        [
          'proof',
          proof.state === 'sealed'
            ? `sealed in ${proof.segment}, log entry ${proof.logIndex ?? 'unknown'}`
            : `recorded in ${proof.segment}, not sealed yet`,
        ],
        ['unmapped', oneLine(record.unmapped ?? '')],
        ...record.seenAgain.map(({ file, at, sameBytes }): [string, string] => [
          'seen again',
          `${at} in ${visible(file ?? 'unknown file')}, ${sameBytes ? 'the same bytes' : 'other bytes, the same meaning'}`,
        ]),
      ],
      console,
      4,
    )
  }
}

function printTitle(title: string, console: Console): void {
  console.line()
  console.line(console.paint('bold', title))
}

/** Names and texts in two columns; a row without a text is left out. */
function printRows(
  rows: readonly (readonly [name: string, text: string])[],
  console: Console,
  margin = 2,
): void {
  for (const [name, text] of rows) {
    if (text === '') continue
    wrap(text, console.width - margin - COLUMN).forEach((line, at) =>
      console.line(
        `${' '.repeat(margin)}${console.paint('dim', pad(at === 0 ? name : '', COLUMN))}${line}`,
      ),
    )
  }
}

/** Words side by side, as many in a line as fit. */
function printWords(
  words: readonly (readonly [text: string, painted: (text: string) => string])[],
  console: Console,
): void {
  let line = ''
  let used = 0
  for (const [text, painted] of words) {
    if (used > 0 && used + text.length + 2 > console.width) {
      console.line(line)
      line = ''
      used = 0
    }
    line += `  ${painted(text)}`
    used += text.length + 2
  }
  console.line(line)
}
