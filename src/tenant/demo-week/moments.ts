import { guidOf, meetingThreadOf, numberOf, threadOf } from './ids.ts'
import { DAYS, STORY, type Day, type Turn } from './story.ts'

/** A turn with the ids and times under which every record tells of it. */
export interface Moment {
  readonly turn: Turn
  readonly day: Day
  /** Seed of everything that belongs to this turn alone. */
  readonly key: string
  readonly auditId: string
  readonly sessionId: string
  readonly requestId: string
  /** Epoch milliseconds; as text they are the message ids. */
  readonly askedAt: number
  readonly answeredAt: number
  /** Chat of the meeting in which it happened. */
  readonly meetingThread: string | null
}

/** Every turn of the week in the order of time. */
export const MOMENTS: readonly Moment[] = DAYS.flatMap((day) =>
  STORY[day].map((turn) => momentOf(day, turn)),
)

function momentOf(day: Day, turn: Turn): Moment {
  const key = `${day} ${turn.at} ${turn.who}`
  const askedAt = Date.parse(`${day}T${turn.at}Z`) + numberOf(`asked ${key}`, 1000)
  const thinking = 1_200 + numberOf(`thinking ${key}`, 2_500) + turn.answer.length * 9
  const { meeting } = turn
  return {
    turn,
    day,
    key,
    auditId: guidOf(`audit ${key}`),
    sessionId: threadOf(meeting === undefined ? (turn.thread ?? key) : `meeting ${meeting}`),
    requestId: guidOf(`request ${key}`),
    askedAt,
    answeredAt: askedAt + thinking,
    meetingThread: meeting === undefined ? null : meetingThreadOf(meeting),
  }
}

/** The turn that the story calls `id`. */
export function momentCalled(id: string): Moment {
  const found = MOMENTS.find(({ turn }) => turn.id === id)
  if (found === undefined) throw new Error(`No turn of the demo week is called "${id}"`)
  return found
}
