import { BLIND_SPOTS, type BlindSpotCode, type CoverageInputs } from './inputs.ts'

/** What leaves no trace where it would have to be seen: unknown, until something else says otherwise. */
export interface BlindSpot {
  readonly code: BlindSpotCode
  readonly state: 'unknown' | 'excluded' | 'present'
  /** What it is, one sentence. */
  readonly what: string
  /** What the state rests on. */
  readonly evidence: readonly string[]
}

// Sources: brief 002 (requirements for logging), brief 001 section on gaps, Learn audit-copilot.
const WHAT: Readonly<Record<BlindSpotCode, string>> = {
  AGENT_WITHOUT_MICROSOFT_AUTHENTICATION:
    'Agents that let people in without a Microsoft sign-in leave no audit record.',
  CHANNEL_NOT_LOGGED:
    'Agents on channels outside Microsoft 365 (web sites, telephony) are not logged.',
  AUDITING_OFF: 'While auditing is off, nothing is recorded anywhere.',
  COPILOT_PAGES: 'Copilot Pages live in a container with an audit and retention route of its own.',
  MEETING_RECAP: 'Recaps of meetings follow the retention of Teams messages.',
}

/** What is present weighs more than what excludes it: one agent is enough. */
export function blindSpots({ attestations, evidence }: CoverageInputs): BlindSpot[] {
  return BLIND_SPOTS.map((code) => {
    const said = [
      ...evidence
        .filter((one) => one.code === code)
        .map(({ says, from }) => ({ says, text: from })),
      ...attestations
        .filter((one) => one.code === code)
        .map(({ says, by, at, words }) => ({ says, text: `${by} attested at ${at}: ${words}` })),
    ]
    const state = said.some(({ says }) => says === 'present')
      ? 'present'
      : said.length > 0
        ? 'excluded'
        : 'unknown'
    return { code, state, what: WHAT[code], evidence: said.map(({ text }) => text) }
  })
}
