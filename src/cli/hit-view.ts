import type { Hit, InteractionHit, ItemHit, RecordHit } from '../api/answers.ts'
import { badgesOf, type Badge } from './badges.ts'
import type { Console, Paint } from './command.ts'
import { columnsOf, cut, minute, oneLine, visible } from './terminal.ts'

/** Prints one hit of a list as a compact block. */
export function printHit(hit: Hit, console: Console, { blank = true } = {}): void {
  for (const line of linesOf(hit, console)) console.line(line)
  if (blank) console.line()
}

function linesOf(hit: Hit, console: Console): string[] {
  if (hit.unit === 'item') return itemLines(hit, console)
  return hit.unit === 'record' ? recordLines(hit, console) : interactionLines(hit, console)
}

function itemLines(hit: ItemHit, { paint, width }: Console): string[] {
  const place = [hit.surface, hit.agent === null ? null : (hit.agent.name ?? hit.agent.id)]
  const lines = [headLine(hit, place, paint, width)]
  if (hit.prompt !== null)
    lines.push(`  ${paint('cyan', '›')} ${cut(oneLine(hit.prompt), width - 4)}`)
  if (hit.answer !== null) lines.push(paint('dim', `  ‹ ${cut(oneLine(hit.answer), width - 4)}`))
  if (hit.prompt === null && hit.answer === null) {
    const what = [hit.kind, ...hit.operations, ...hit.files.slice(0, 2)].map(visible).join(', ')
    lines.push(`  ${cut(oneLine(what), width - 2)}`)
  }
  return [...lines, ...lastLines(hit.id, badgesOf(hit), paint, width)]
}

function recordLines(hit: RecordHit, { paint, width }: Console): string[] {
  const what = [hit.namespace, hit.recordType, hit.operation].filter((word) => word !== '')
  return [
    headLine(hit, [hit.surface], paint, width),
    `  ${cut(oneLine(`#${hit.sequence}  ${what.join(' ')}${hit.unmapped === null ? '' : `  unmapped: ${hit.unmapped}`}`), width - 2)}`,
    paint('dim', `  ${cut(visible(hit.id), width - 2)}`),
  ]
}

function interactionLines(hit: InteractionHit, { paint, width }: Console): string[] {
  const sign = hit.role === 'answer' ? '‹' : '›'
  const text = hit.text === null ? '(no text was served)' : oneLine(hit.text)
  return [
    headLine(hit, [hit.surface, hit.role], paint, width),
    `  ${paint('cyan', sign)} ${cut(text, width - 4)}`,
    ...lastLines(`${hit.item} ${hit.id}`, flagBadges(hit), paint, width),
  ]
}

function headLine(
  hit: { readonly occurredAt: string | null; readonly custodians: readonly string[] },
  place: readonly (string | null)[],
  paint: Paint,
  width: number,
): string {
  const time = hit.occurredAt === null ? 'without a time  ' : minute(hit.occurredAt)
  const [first = 'nobody named', ...others] = hit.custodians.map(visible)
  const who = others.length === 0 ? first : `${first} +${others.length}`
  const where = cut(
    place
      .filter((word) => word !== null)
      .map(oneLine)
      .join(' · '),
    30,
  )
  const room = width - time.length - columnsOf(where) - 4
  return `${paint('bold', time)}  ${cut(who, room)}${where === '' ? '' : `  ${paint('blue', where)}`}`
}

function lastLines(id: string, badges: readonly Badge[], paint: Paint, width: number): string[] {
  const lines: string[] = []
  let line = `  ${paint('dim', cut(visible(id), width - 2))}`
  let used = 2 + Math.min(width - 2, columnsOf(visible(id)))
  for (const [style, text] of badges) {
    const badge = `[${cut(text, width - 4)}]`
    if (used + 2 + columnsOf(badge) > width) {
      lines.push(line)
      line = ' '
      used = 1
    }
    line += `${used === 1 ? ' ' : '  '}${paint(style, badge)}`
    used += 2 + columnsOf(badge)
  }
  return [...lines, line]
}

function flagBadges(hit: {
  readonly jailbreak: boolean | null
  readonly automatic: boolean | null
}): Badge[] {
  const badges: Badge[] = []
  if (hit.jailbreak === true) badges.push(['red', 'jailbreak'])
  if (hit.automatic === true) badges.push(['dim', 'automatic'])
  return badges
}
