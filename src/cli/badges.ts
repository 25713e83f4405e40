import type { ItemHit } from '../api/answers.ts'
import type { Style } from './command.ts'
import { number, visible } from './terminal.ts'

/** A word that a reader must not overlook. */
export type Badge = readonly [style: Style, text: string]

export const badge = (text: string): string => `[${text}]`

type Told = Pick<
  ItemHit,
  'jailbreak' | 'xpia' | 'web' | 'automatic' | 'versions' | 'unmapped' | 'dlp' | 'labels'
> & { readonly findings: readonly string[] }

/** What a reader of a list must not overlook about an item. */
export function badgesOf(item: Told): Badge[] {
  const badges: Badge[] = []
  if (item.jailbreak === true) badges.push(['red', 'jailbreak'])
  if (item.xpia === true) badges.push(['red', 'cross-prompt injection'])
  if (item.dlp === 'blocked') badges.push(['red', 'DLP blocked'])
  if (item.dlp === 'audited') badges.push(['yellow', 'DLP audited'])
  if (item.web === true) badges.push(['blue', 'web'])
  for (const label of item.labels.slice(0, 2))
    badges.push(['magenta', `label ${visible(label).slice(0, 8)}`])
  if (item.labels.length > 2) badges.push(['magenta', `+${item.labels.length - 2} labels`])
  if (item.automatic === true) badges.push(['dim', 'automatic'])
  if (item.versions > 0) badges.push(['yellow', `${number(item.versions + 1)} versions`])
  for (const code of item.findings) badges.push(['yellow', inWords(code)])
  if (item.unmapped !== null) badges.push(['yellow', 'unmapped'])
  return badges
}

/** TEXT_WITHOUT_AUDIT as a person reads it. */
export function inWords(code: string): string {
  return visible(code).toLowerCase().replaceAll('_', ' ')
}
