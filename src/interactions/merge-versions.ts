import { byTime, compare, eitherFlag, type Told } from './merge-told.ts'
import type { Facts, Flag } from './record.ts'

/** The versions of one record, the shown one first. */
export type Versions = readonly Told[]

/**
 * Ranks the versions of each record, so that one is shown, and returns the records that have several.
 * The order of import plays no role: a version received later is not newer for that.
 */
export function rankVersions(tellings: readonly Told[]): Versions[] {
  if (tellings.length < 2) return []
  const byIdentity = new Map<string, Told | Told[]>()
  let several = false
  for (const told of tellings) {
    const known = byIdentity.get(told.identity)
    if (known === undefined) byIdentity.set(told.identity, told)
    else {
      several = true
      if (Array.isArray(known)) known.push(told)
      else byIdentity.set(told.identity, [known, told])
    }
  }
  if (!several) return []
  const versioned: Versions[] = []
  for (const versions of byIdentity.values()) {
    if (!Array.isArray(versions)) continue
    const ranked = newestFirst(versions)
    for (const [newer, told] of ranked.entries()) told.newer = newer
    versioned.push(ranked)
  }
  return versioned
}

/** True when an earlier version told other text or the opposite of a flag. */
export function changedAfterwards([shown, ...others]: Versions): boolean {
  return shown !== undefined && others.some((other) => differs(shown.facts, other.facts))
}

/** By etag, else time told, else fullness: where the source gives no time of change, the fuller telling is shown. */
function newestFirst(versions: readonly Told[]): Told[] {
  const weighed = versions.map((told) => ({
    told,
    etag: etagOf(told.facts),
    fullness: fullnessOf(told.facts),
    content: JSON.stringify(told.facts),
  }))
  weighed.sort(
    (a, b) =>
      byTime(b.etag, a.etag) ||
      byTime(b.told.at, a.told.at) ||
      b.fullness - a.fullness ||
      compare(a.content, b.content) ||
      a.told.sequence - b.told.sequence,
  )
  return weighed.map(({ told }) => told)
}

/** The latest etag of a record's messages, -1 when it has none. */
function etagOf(facts: Facts): number {
  let latest = -1
  for (const { etag } of facts.messages) {
    const at = etag === null ? NaN : Number(etag)
    if (at > latest) latest = at
  }
  return latest
}

function fullnessOf(facts: Facts): number {
  let fullness = 0
  for (const value of Object.values(facts)) {
    if (Array.isArray(value)) fullness += value.length
    else if (value !== null && value !== '') fullness += 1
  }
  for (const { text, jailbreak } of facts.messages)
    fullness += (text === null ? 0 : 1) + (jailbreak === null ? 0 : 1)
  return fullness
}

function differs(a: Facts, b: Facts): boolean {
  if (contradicts(a.web, b.web) || contradicts(xpiaOf(a), xpiaOf(b))) return true
  if (a.dlp !== null && b.dlp !== null && a.dlp !== b.dlp) return true
  const others = new Map(b.messages.map((message) => [message.id, message]))
  for (const message of a.messages) {
    const other = others.get(message.id)
    if (message.text !== (other?.text ?? null)) return true
    if (other !== undefined && contradicts(message.jailbreak, other.jailbreak)) return true
    others.delete(message.id)
  }
  for (const { text } of others.values()) if (text !== null) return true
  return false
}

/** Unknown contradicts nothing. */
export function contradicts(a: Flag, b: Flag): boolean {
  return a !== null && b !== null && a !== b
}

function xpiaOf(facts: Facts): Flag {
  return facts.resources.reduce<Flag>((flag, { xpia }) => eitherFlag(flag, xpia), null)
}
