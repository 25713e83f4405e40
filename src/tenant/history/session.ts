// The plan of a session: who talks where, how often, and in which files its records are served. A pure function
// of (seed, day, number), cheap enough to be made again on the days on which late records and repeats arrive.
import type { Calendar } from './calendar.ts'
import { timeOfDay } from './calendar.ts'
import type { Cast } from './cast.ts'
import type { Plant } from './needles.ts'
import { plantsOf } from './needles.ts'
import type { Random } from './random.ts'
import { AliasTable } from './random.ts'
import type { HistorySurface } from './surfaces.ts'
import { AUDIT_ONLY, AUTOMATIC, CUSTOM_ENGINE, WITH_TEXT } from './surfaces.ts'

type Part = 'audit' | 'runtime' | 'prompt' | 'answer' | 'second-answer'
/** `repeat`: the same bytes; `reordered`, `annotated`: the same record spelt otherwise; `version`: changed. */
export type Variant = 'original' | 'repeat' | 'reordered' | 'annotated' | 'version'
type Shape = 'blob' | 'csv' | 'page'

/** One appearance of a record in a file. */
export interface Serving {
  readonly part: Part
  readonly variant: Variant
  readonly shape: Shape
  /** Days between the session and the file that the record lies in. */
  readonly delay: number
}

export interface Turn {
  readonly number: number
  /** Epoch milliseconds; also the message ids. */
  readonly promptMs: number
  readonly answerMs: number
  readonly secondAnswerMs: number | null
  readonly servings: Serving[]
}

/** `special`: a single record that is no exchange (an agent changed, a prompt scheduled …). */
type SessionKind = 'text' | 'automatic' | 'audit-only' | 'twin' | 'special'

export interface Session {
  readonly day: number
  readonly number: number
  readonly kind: SessionKind
  /** False: the audit log knows nothing of it. */
  readonly audited: boolean
  readonly language: number
  readonly member: number
  /** Index of the agent, or −1. */
  readonly agent: number
  readonly surface: HistorySurface
  readonly plant: Plant | null
  readonly turns: Turn[]
}

export const LONGEST_DELAY = 3

// Shares of the corpus's definition (60 % audit, 40 % interactions, 2 % twins, 32 % automatic) as sessions:
// [kind, turns per hundred records, mean turns of its sessions].
const TURNS = [1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 6, 9] as const
const MEAN_TURNS = TURNS.reduce((sum: number, turns) => sum + turns, 0) / TURNS.length
const KINDS: readonly (readonly [SessionKind, number, number])[] = [
  ['text', 13.4, MEAN_TURNS],
  ['automatic', 6.3, 1],
  ['audit-only', 35.1, MEAN_TURNS],
  ['twin', 2.13, 1],
  ['special', 2, 1],
]
const KIND_TABLE = new AliasTable(KINDS.map(([, turns, mean]) => turns / mean))

// Chances of an original record; 5 % repeats, 1 % versions and 3 % late of all that is served.
const REPEAT = 0.05 / 0.94
const VERSION = 0.01 / 0.94
const LATE = 0.03 / 0.94
const UNAUDITED = 0.04
const ONLY_IN_CSV = 0.1
const SECOND_ANSWER = 0.03
const ANSWER_ID_FIRST = 0.005
const OTHER_LANGUAGE = 0.1
const WITH_AGENT = 0.1

/** The sessions of one day, until the day's quota of records is used up; the last one is cut to fit. */
export function* sessionsOf(
  seed: number,
  cast: Cast,
  calendar: Calendar,
  day: number,
  random: Random,
): Generator<Session> {
  const quota = calendar.quotas[day] ?? 0
  const plants = plantsOf(calendar.active.indexOf(day), calendar.active.length)
  const dayMs = calendar.firstDayMs + day * 86_400_000
  let left = quota
  for (let number = 0; left > 0; number++) {
    random.seed(seed, day, number, 0)
    const share = (quota - left + random.float() * 10) / (quota + 10)
    const startMs = dayMs + 120_000 + timeOfDay(share) + random.below(60_000)
    const session = planSession(cast, day, number, startMs, plants[number] ?? null, random)
    left = cut(session, left)
    yield session
  }
}

function planSession(
  cast: Cast,
  day: number,
  number: number,
  startMs: number,
  plant: Plant | null,
  random: Random,
): Session {
  const kind = plant === null ? (KINDS[KIND_TABLE.draw(random)]?.[0] ?? 'text') : 'text'
  const texts = kind === 'text' || kind === 'automatic'
  const drawn = random.chance(OTHER_LANGUAGE) ? 1 + random.below(cast.pools.length - 1) : 0
  const language = plant?.language ?? drawn
  const rank = cast.poolRanks[language]?.draw(random) ?? 0
  const member = plant?.byNeedleMember ? cast.needleMember : (cast.pools[language]?.[rank] ?? 0)
  const audited = plant !== null || !texts || !random.chance(UNAUDITED)
  const turnCount =
    plant?.turns ?? (kind === 'text' || kind === 'audit-only' ? random.pick(TURNS) : 1)
  const surface = surfaceOf(kind, random)
  const agent = agentOf(cast, kind, surface, random)
  const session: Session = {
    day,
    number,
    kind,
    audited,
    language,
    member,
    agent,
    surface,
    plant,
    turns: [],
  }
  let atMs = startMs
  for (let turn = 0; turn < turnCount; turn++) {
    const latency = 400 + Math.floor(8_000 * random.float() ** 2)
    const answerFirst = random.chance(ANSWER_ID_FIRST)
    const answerMs = answerFirst ? atMs - 1 - random.below(400) : atMs + latency
    const secondAnswerMs =
      texts && plant === null && random.chance(SECOND_ANSWER)
        ? atMs + latency + 1 + random.below(900)
        : null
    const servings: Serving[] = []
    session.turns.push({ number: turn, promptMs: atMs, answerMs, secondAnswerMs, servings })
    if (plant === null) {
      if (kind === 'twin') serve(servings, 'runtime', random)
      if (audited) serve(servings, 'audit', random)
      if (texts) serve(servings, 'prompt', random)
      if (texts) serve(servings, 'answer', random)
      if (secondAnswerMs !== null) serve(servings, 'second-answer', random)
    } else {
      const { auditDelay, textDelay } = plant
      servings.push({ part: 'audit', variant: 'original', shape: 'blob', delay: auditDelay })
      servings.push({ part: 'prompt', variant: 'original', shape: 'page', delay: textDelay })
      servings.push({ part: 'answer', variant: 'original', shape: 'page', delay: textDelay })
    }
    atMs += latency + 15_000 + random.below(180_000)
  }
  return session
}

/** Adds the original of a part and, now and then, a repeat or a changed version of it. */
function serve(servings: Serving[], part: Part, random: Random): void {
  const graph = part !== 'audit' && part !== 'runtime'
  const chance = random.float()
  const delay = random.chance(LATE) ? 1 + random.below(LONGEST_DELAY) : 0
  const first: Shape = graph ? 'page' : random.chance(ONLY_IN_CSV) ? 'csv' : 'blob'
  servings.push({ part, variant: 'original', shape: first, delay })
  if (chance >= REPEAT + VERSION) return
  const later = Math.min(delay + 1 + random.below(2), LONGEST_DELAY)
  if (chance >= REPEAT) {
    servings.push({ part, variant: 'version', shape: graph ? 'page' : 'blob', delay: later })
    return
  }
  // The twin in the other kind of file comes the same day, any other repeat in a later file.
  const twin = !graph && random.chance(0.4)
  const shape: Shape = graph ? 'page' : twin ? (first === 'csv' ? 'blob' : 'csv') : first
  const spelling = random.float()
  const variant = spelling < 0.7 ? 'repeat' : spelling < 0.9 ? 'reordered' : 'annotated'
  servings.push({ part, variant, shape, delay: twin ? delay : later })
}

function surfaceOf(kind: SessionKind, random: Random): HistorySurface {
  if (kind === 'automatic') return random.pick(AUTOMATIC)
  if (kind === 'twin') return CUSTOM_ENGINE
  const surfaces = kind === 'text' ? WITH_TEXT : AUDIT_ONLY
  return surfaces[random.below(surfaces.length)] ?? CUSTOM_ENGINE
}

/** Every fourth agent is a custom-engine one; Graph does not return their texts, so they are audit-only. */
function agentOf(cast: Cast, kind: SessionKind, surface: HistorySurface, random: Random): number {
  const skewed = Math.floor(random.float() ** 2 * (cast.agents.length / 4)) * 4
  if (kind === 'twin') return skewed
  const mayHave = kind === 'audit-only' || (kind === 'text' && surface.appClass === 'BizChat')
  return mayHave && random.chance(WITH_AGENT) ? skewed + 1 + random.below(3) : -1
}

/** Takes away what exceeds `left` servings, from the end. Returns what is left for the sessions after it. */
function cut(session: Session, left: number): number {
  let rest = left
  const { turns } = session
  for (const turn of turns) {
    if (turn.servings.length > rest) turn.servings.length = rest
    rest -= turn.servings.length
  }
  while (turns.at(-1)?.servings.length === 0) turns.pop()
  return rest
}
