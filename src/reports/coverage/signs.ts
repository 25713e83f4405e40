import type { BlindSpotCode, BlindSpotEvidence } from './inputs.ts'

/** A sign of a blind spot in an archived record. */
export interface CoverageSign {
  readonly code: BlindSpotCode
  /** Id of the agent; '' for the whole tenant, or when the record names none. */
  readonly subject: string
  readonly at: string
  readonly says: 'excluded' | 'present'
  readonly sequence: number
}

/** Agents named in one sentence; the rest are counted. */
const NAMED = 5

const WORDS: Readonly<Record<BlindSpotCode, string>> = {
  AGENT_WITHOUT_MICROSOFT_AUTHENTICATION: 'sign-in that is not Microsoft’s',
  CHANNEL_NOT_LOGGED: 'conversations on a channel outside Microsoft 365',
  AUDITING_OFF: 'auditing switched off',
  COPILOT_PAGES: 'Copilot Pages',
  MEETING_RECAP: 'recaps of meetings',
}

/**
 * What signs say of the days from `from` on: what an agent or the tenant was when they began, and whatever it became since.
 * A moment in which the blind spot was there is enough. That some agents are well is no evidence about the others: what
 * says so only ends what was said before of the same one.
 */
export function evidenceOfSigns(signs: readonly CoverageSign[], from: string): BlindSpotEvidence[] {
  const start = `${from}T00:00:00Z`
  const evidence: BlindSpotEvidence[] = []
  for (const [code, all] of Map.groupBy(signs, (sign) => sign.code)) {
    const present = [...Map.groupBy(all, ({ subject }) => subject).values()]
      .flatMap((own) => {
        const before = own.findLast(({ at }) => at < start)
        return [...(before === undefined ? [] : [before]), ...own.filter(({ at }) => at >= start)]
      })
      .filter(({ says }) => says === 'present')
    if (present.length > 0)
      evidence.push({ code, says: 'present', from: `${WORDS[code]}: ${listed(present)}` })
  }
  return evidence.toSorted((a, b) => (a.code < b.code ? -1 : 1))
}

function listed(signs: readonly CoverageSign[]): string {
  const named = signs
    .slice(0, NAMED)
    .map(
      ({ subject, at, sequence }) =>
        `${subject === '' ? '' : `agent ${subject}, `}${at} (record ${sequence})`,
    )
  const more = signs.length - named.length
  return named.join('; ') + (more > 0 ? `; and ${more} more` : '')
}

/** Audit records of every day show that auditing was on; a day without any shows nothing. */
export function evidenceOfAuditing(
  activity: readonly { readonly day: string; readonly audit: number }[],
  days: readonly string[],
): BlindSpotEvidence[] {
  const audited = new Set(activity.filter(({ audit }) => audit > 0).map(({ day }) => day))
  if (days.length === 0 || !days.every((day) => audited.has(day))) return []
  return [{ code: 'AUDITING_OFF', says: 'excluded', from: 'audit records of every day are there' }]
}
