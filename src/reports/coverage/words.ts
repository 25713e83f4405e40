import type { DayReason, DayStatus } from './judge.ts'

export const STATUS_WORDS: Readonly<Record<DayStatus, string>> = {
  captured: 'captured',
  none: 'no activity, with evidence',
  gap: 'gap, with its reason',
  unknown: 'unknown yet',
}

const DAY_MS = 86_400_000

/** Half-open days as people say them: `2026-03-02`, or `2026-03-02 to 2026-03-05`, the last included. */
export function windowText(from: string, to: string): string {
  const last = new Date(Date.parse(to) - DAY_MS).toISOString().slice(0, 10)
  return last === from ? from : `${from} to ${last}`
}

/** What a reason means, and what to do about it; docs/reference/coverage.md says the same at length. */
export const REASON_WORDS: Readonly<Record<DayReason, readonly [means: string, remedy: string]>> = {
  AUDIT_WITHOUT_TEXT: [
    'Audit tells of exchanges, and none of their texts is in the person’s history.',
    'Texts of custom agents are in their Application Insights: connect them.',
  ],
  TEXT_WITHOUT_AUDIT: [
    'Texts are there, and no audit record although all windows are closed.',
    'Check that auditing was on; ask Microsoft, naming the request ids.',
  ],
  NO_MAILBOX: [
    'The person has no Exchange plan: Microsoft does not log their exchanges.',
    'Assign one.',
  ],
  LICENCE_LOST: [
    'The licence went before the texts were read.',
    'Take them from the mailbox by eDiscovery, then import that.',
  ],
  CONTENT_EXPIRED: [
    'Audit content became available and expired before it could be fetched.',
    'Run an audit query or a portal export over those days, within 180 days.',
  ],
  WINDOW_NOT_FETCHED: [
    'Nobody asked for the windows of that day.',
    'Run an audit query or a portal export over those days, within 180 days.',
  ],
  USAGE_WITHOUT_RECORD: [
    'A usage report shows activity on that day, and no record is there.',
    'See what no interface shows; check licence and mailbox of that day.',
  ],
  NOT_SETTLED: [
    'Late records may still come, or a sweep has not reached the day.',
    'Wait; "daybook status" says what is pending.',
  ],
}
