import type { AgentKey, MaterialKey, Who } from './firm.ts'
import { FRIDAY } from './story-friday.ts'
import { MONDAY } from './story-monday.ts'
import { THURSDAY } from './story-thursday.ts'
import { TUESDAY } from './story-tuesday.ts'
import { WEDNESDAY } from './story-wednesday.ts'

/** Where a person used Copilot. */
export type App = 'Word' | 'Excel' | 'PowerPoint' | 'Outlook' | 'Teams' | 'Chat'

/** One prompt and its answer, as they happened. What Microsoft's records make of it is made in the other files. */
export interface Turn {
  /** Name in the story, where something refers to it. */
  readonly id?: string
  /** UTC time of day of the prompt, `HH:MM:SS`. */
  readonly at: string
  readonly who: Who
  readonly app: App
  readonly prompt: string
  /** `{key}` names a material that the answer cites. */
  readonly answer: string
  /** Conversation it belongs to; a turn without one is a conversation of its own. */
  readonly thread?: string
  /** The document that was open. */
  readonly on?: MaterialKey
  /** What Copilot read, besides `on` and what the answer cites. */
  readonly reads?: readonly MaterialKey[]
  /** Cited by the answer but missing in the audit record. */
  readonly unlisted?: MaterialKey
  /** Sent by the application itself, not by a person. */
  readonly automatic?: true
  readonly jailbreak?: true
  /** Where a cross-prompt injection was found. */
  readonly injected?: MaterialKey
  /** What a DLP policy kept Copilot from reading. */
  readonly blocked?: MaterialKey
  readonly web?: true
  readonly model?: 'DEEP_LEO'
  readonly agent?: AgentKey
  readonly meeting?: string
  /** Another participant of the meeting, whose history holds the same answer. */
  readonly heardBy?: Who
  /** Whether only one of the two sources tells of it. */
  readonly only?: 'audit' | 'graph'
  /** The answer as it read before it was edited, and when it was edited (full UTC time). */
  readonly edited?: { readonly before: string; readonly at: string }
  /** Day whose blob carries the audit record, when it came late. */
  readonly arrives?: Day
}

export const DAYS = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2026-03-06'] as const
export type Day = (typeof DAYS)[number]

/** Monday 2 to Friday 6 March 2026, in the order of time within each day. */
export const STORY: Readonly<Record<Day, readonly Turn[]>> = {
  '2026-03-02': MONDAY,
  '2026-03-03': TUESDAY,
  '2026-03-04': WEDNESDAY,
  '2026-03-05': THURSDAY,
  '2026-03-06': FRIDAY,
}
