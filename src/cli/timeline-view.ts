import type { ChainEnd, ItemHit, TimelineLine, TimelineResult } from '../api/answers.ts'
import { badgesOf } from './badges.ts'
import type { Console } from './command.ts'
import { unknownPerson } from './people.ts'
import { stateText } from './state.ts'
import {
  columnsOf,
  cut,
  duration,
  minute,
  number,
  oneLine,
  pad,
  visible,
  wrap,
} from './terminal.ts'

const INDENT = '       '

/** Prints a timeline line by line as it comes. */
export function timelinePrinter(console: Console, period: string): (step: TimelineLine) => void {
  const { line, paint, width } = console
  return (step) => {
    switch (step.type) {
      case 'timeline': {
        const gap = `chains: at most ${spanOf(step.gapSeconds)} between one and the next`
        for (const text of wrap(`${oneLine(step.person)}; ${period}`, width))
          line(paint('bold', text))
        for (const text of wrap(`${stateText(step.state)}; ${gap}.`, width))
          line(paint(step.state.complete ? 'dim' : 'yellow', text))
        if (!step.known)
          for (const text of wrap(`${unknownPerson(step.person)}.`, width))
            line(paint('yellow', text))
        line()
        break
      }
      case 'chain': {
        const head = `── Chain ${step.chain}, ${minute(step.at)} `
        line(paint('bold', head + '─'.repeat(Math.max(0, width - columnsOf(head)))))
        break
      }
      case 'entry':
        for (const text of entryLines(step.item, console)) line(text)
        break
      case 'chain-end':
        // Of a single item everything is said.
        if (step.exchanges + step.events > 1) for (const text of endLines(step, console)) line(text)
        line()
        break
      case 'silence':
        line(paint('dim', `   … ${spanOf(step.seconds)} without a record …`))
        line()
        break
      case 'result':
        for (const text of resultLines(step, width)) line(text)
    }
  }
}

function entryLines(item: ItemHit, { paint, width }: Console): string[] {
  const time = item.occurredAt === null ? '--:--' : item.occurredAt.slice(11, 16)
  const agent = item.agent === null ? null : (item.agent.name ?? item.agent.id)
  const where = [item.surface, agent].filter((word) => word !== null).map(oneLine)
  const place = cut(where.length === 0 ? oneLine(item.kind) : where.join(' · '), width - 43)
  const lines = [
    `${paint('bold', time)}  ${paint('blue', pad(place, width - 40))} ${paint('dim', item.id)}`,
  ]
  const room = width - INDENT.length - 2
  if (item.prompt !== null)
    lines.push(`${INDENT}${paint('cyan', '›')} ${cut(oneLine(item.prompt), room)}`)
  if (item.answer !== null)
    lines.push(paint('dim', `${INDENT}‹ ${cut(oneLine(item.answer), room)}`))
  if (item.prompt === null && item.answer === null) {
    const what = item.kind === 'interaction' ? '(no record carries the text)' : eventOf(item)
    lines.push(`${INDENT}${cut(what, room + 2)}`)
  }
  if (item.files.length > 0) lines.push(`${INDENT}${cut(filesOf(item.files), room + 2)}`)
  return [...lines, ...badgeLines(item, paint, width)]
}

function eventOf(item: ItemHit): string {
  return oneLine([item.kind, ...item.operations].join(', '))
}

function filesOf(files: readonly string[]): string {
  const more = files.length > 3 ? ` and ${number(files.length - 3)} more` : ''
  return `on ${files.slice(0, 3).map(oneLine).join(', ')}${more}`
}

function badgeLines(item: ItemHit, paint: Console['paint'], width: number): string[] {
  const lines: string[] = []
  let line = INDENT
  let used = INDENT.length
  for (const [style, text] of badgesOf(item)) {
    const badge = `[${cut(text, width - INDENT.length - 2)}]`
    if (used > INDENT.length && used + 2 + columnsOf(badge) > width) {
      lines.push(line)
      line = INDENT
      used = INDENT.length
    }
    line += `${used === INDENT.length ? '' : '  '}${paint(style, badge)}`
    used += (used === INDENT.length ? 0 : 2) + columnsOf(badge)
  }
  return used === INDENT.length ? lines : [...lines, line]
}

function endLines(end: ChainEnd, { paint, width }: Console): string[] {
  const seconds = (Date.parse(end.to) - Date.parse(end.from)) / 1_000
  const automatic = end.automatic === 0 ? '' : `, ${number(end.automatic)} of them automatic`
  const events = end.events === 0 ? '' : `, ${counted(end.events, 'event')}`
  const path = end.path.map(oneLine).join(' → ')
  const texts = [
    `${counted(end.exchanges, 'exchange')}${automatic}${events} in ${spanOf(seconds)}${path === '' ? '' : `: ${path}`}`,
    ...end.carried
      .slice(0, 3)
      .map(
        ({ file, surfaces }) =>
          `again: ${oneLine(file)}${surfaces.length > 1 ? ` (${surfaces.map(oneLine).join(', ')})` : ''}`,
      ),
    ...(end.labels.length === 0 ? [] : [`labels: ${end.labels.map(visible).join(', ')}`]),
  ]
  return texts.flatMap((text) =>
    wrap(text, width - 3).map((part, at) => paint('dim', `${at === 0 ? ' = ' : '   '}${part}`)),
  )
}

function resultLines(result: TimelineResult, width: number): string[] {
  const { items, exchanges, automatic, events, chains, acrossSurfaces } = result
  if (items === 0) return wrap(`Nothing is recorded; 0 items. ${stateText(result.state)}.`, width)
  const sum = `${counted(items, 'item')}: ${counted(exchanges, 'exchange')} (${number(automatic)} automatic), ${counted(events, 'event')}; ${counted(chains, 'chain')}, ${number(acrossSurfaces)} across surfaces. Times in UTC. ${stateText(result.state)}.`
  const gaps = result.gaps
    .filter((gap) => gap.items > 0)
    .map(
      ({ what, items: found, kql }) =>
        `${GAPS[what]}: ${number(found)}${kql === null ? '' : `  ${oneLine(kql)}`}`,
    )
  return [
    ...wrap(sum, width),
    ...gaps.flatMap((gap) =>
      wrap(gap, width - 2).map((text, at) => `${at === 0 ? '· ' : '  '}${text}`),
    ),
  ]
}

const GAPS: Readonly<Record<TimelineResult['gaps'][number]['what'], string>> = {
  'without-text': 'Exchanges whose text no record carries',
  'without-audit': 'Exchanges that no audit record tells of',
  'own-access': 'Left out, reading of the history',
}

function counted(value: number, one: string): string {
  return `${number(value)} ${one}${value === 1 ? '' : 's'}`
}

/** Seconds as people say them, days too. */
function spanOf(seconds: number): string {
  if (seconds < 2 * 86_400) return duration(seconds).replace(/(?<= min) 0 s$| 00 min$/, '')
  const hours = Math.round(seconds / 3_600)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}
