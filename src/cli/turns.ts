import type { Item, ItemMessage, Resource } from '../api/answers.ts'
import type { Console, Style } from './command.ts'
import { personName } from './people.ts'
import { badge, type Badge } from './badges.ts'
import { cut, indented, oneLine, visible, wrap } from './terminal.ts'

const MARGIN = '  │ '

/** Prints an item as it happened: who said what, and what the answer drew on. */
export function printTurns(item: Item, console: Console): void {
  const { paint, width } = console
  if (item.messages.length === 0) {
    console.line(`${paint('bold', timeOf(item.occurredAt))}  ${eventName(item)}`)
    if (item.text !== '') printText(item.text, 'blue', console)
  }
  for (const message of item.messages) {
    const style = message.role === 'answer' ? 'green' : 'cyan'
    const badges = badgesOf(message, item)
    const speaker = speakerOf(message, item)
    const tail = badges.map(([badgeStyle, text]) => `  ${paint(badgeStyle, badge(text))}`).join('')
    const room = width - 21 - badges.reduce((sum, [, text]) => sum + text.length + 4, 0)
    console.line(
      `${paint('bold', timeOf(message.at ?? item.occurredAt))}  ${paint(style, cut(speaker, Math.max(12, room)))}${tail}`,
    )
    if (message.text === null) console.line(paint('dim', `${MARGIN}(no source served the text)`))
    else printText(message.text, style, console)
    if (message.role === 'answer') printResources(item, console)
  }
  if (item.messages.every(({ role }) => role !== 'answer')) printResources(item, console)
}

function printText(text: string, style: Style, { line, paint, width }: Console): void {
  for (const row of wrap(visible(text).trimEnd(), width - MARGIN.length))
    line(`${paint(style, MARGIN)}${row}`.trimEnd())
}

/** What an answer read, linked or attached: a line each. */
function printResources(item: Item, console: Console): void {
  for (const resource of item.resources) {
    indented(wrap(resourceText(resource), console.width - 6), 6).forEach((row, at) =>
      console.line(
        at === 0
          ? `    ${console.paint('dim', '+')} ${console.paint('dim', row.trimStart())}`
          : console.paint('dim', row),
      ),
    )
  }
}

/** A resource in a line: what it is, what was done with it, what was flagged. */
export function resourceText(resource: Resource): string {
  const name = oneLine(resource.name ?? resource.url ?? resource.id ?? 'unnamed')
  const how =
    resource.origin === 'accessed'
      ? (resource.action ?? 'accessed')
      : resource.origin === 'link'
        ? 'linked'
        : 'attached'
  const more = [
    oneLine(how).toLowerCase(),
    resource.status === null || resource.status.toLowerCase() === 'success'
      ? null
      : oneLine(resource.status),
    resource.labelId === null ? null : `label ${visible(resource.labelId).slice(0, 8)}`,
    resource.xpia === true ? 'CROSS-PROMPT INJECTION' : null,
    resource.dlp === null || resource.dlp === 'none' ? null : `DLP ${resource.dlp}`,
    resource.policies.length === 0 ? null : `policy ${resource.policies.map(oneLine).join(', ')}`,
  ]
  return `${name} (${more.filter((word) => word !== null).join(', ')})`
}

/** Who speaks: the person who asked, or what answered. */
function speakerOf(message: ItemMessage, item: Item): string {
  if (message.role === 'answer') return oneLine(item.agent?.name ?? 'Copilot')
  return item.custodians.map(personName).join(', ') || 'unknown person'
}

function badgesOf(message: ItemMessage, item: Item): Badge[] {
  const badges: Badge[] = []
  if (message.automatic === true) badges.push(['yellow', 'sent by the application'])
  if (message.jailbreak === true) badges.push(['red', 'jailbreak'])
  if (message.role === 'answer' && item.dlp === 'blocked') badges.push(['red', 'DLP blocked'])
  if (message.role === 'answer' && item.web === true) badges.push(['blue', 'web'])
  return badges
}

export function eventName(item: Item): string {
  const operations = item.operations.map(visible).join(', ')
  const agent = item.agent?.name ?? item.agent?.id ?? ''
  return `${item.kind}${operations === '' ? '' : `: ${operations}`}${agent === '' ? '' : ` (${oneLine(agent)})`}`
}

/** An instant to the second, UTC. */
export function timeOf(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ')
}
