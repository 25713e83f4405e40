// One day of files: what arrives late of the days before it, then what happened on the day itself.
import type { WrittenRecord } from './audit-record.ts'
import { writeAuditRecord, writeRuntimeTwin } from './audit-record.ts'
import type { Bytes } from './bytes.ts'
import type { Calendar } from './calendar.ts'
import type { FileSink } from './history-files.ts'
import { GraphPages, ManagementBlobs, PurviewCsv } from './history-files.ts'
import { makeText, writeInteraction } from './interaction-item.ts'
import { writeNoise } from './noise-record.ts'
import { Random } from './random.ts'
import type { Serving, Session, Turn } from './session.ts'
import { LONGEST_DELAY, sessionsOf } from './session.ts'
import { writeSpecialRecord } from './special-record.ts'
import type { Story, World } from './story.ts'
import { tell } from './story.ts'
import type { Tally } from './tally.ts'
import { count, countItemOf, countServing, countText } from './tally.ts'

/** Sees every record as served, for a measure of how well the raw records compress. */
export type RecordSample = (shape: Serving['shape'], record: Uint8Array) => void

/** Writes the files of one day of arrival; up to `LONGEST_DELAY` days after the last day there still are some. */
export function writeDay(
  world: World,
  calendar: Calendar,
  fileDay: number,
  noise: number,
  tally: Tally,
  sink: FileSink,
  sample: RecordSample | null,
): void {
  const day = new DayWriter(world, calendar, fileDay, tally, sink, sample)
  for (let delay = LONGEST_DELAY; delay > 0; delay--) day.writeArrivals(delay)
  day.writeOwn()
  day.writeNoise(noise)
  day.finish()
}

class DayWriter {
  private readonly plans = new Random()
  private readonly record: Bytes
  private readonly dayMs: number
  private readonly blobs: ManagementBlobs
  private readonly pages: GraphPages
  private readonly csv: PurviewCsv
  private readonly world: World
  private readonly calendar: Calendar
  private readonly fileDay: number
  private readonly tally: Tally
  private readonly sample: RecordSample | null

  constructor(
    world: World,
    calendar: Calendar,
    fileDay: number,
    tally: Tally,
    sink: FileSink,
    sample: RecordSample | null,
  ) {
    this.world = world
    this.calendar = calendar
    this.fileDay = fileDay
    this.tally = tally
    this.sample = sample
    this.dayMs = calendar.firstDayMs + fileDay * 86_400_000
    const date = new Date(this.dayMs).toISOString().slice(0, 10)
    const { buffers } = world
    this.record = buffers.record
    this.blobs = new ManagementBlobs(
      sink,
      date,
      buffers.blob,
      new Random().seed(world.seed, fileDay, 0, 0x626c),
    )
    this.pages = new GraphPages(sink, date, buffers.page)
    this.csv = new PurviewCsv(sink, date, buffers.csv)
  }

  /** Records of `delay` days ago that arrive today. */
  writeArrivals(delay: number): void {
    const { world, plans, calendar } = this
    const day = this.fileDay - delay
    for (const session of sessionsOf(world.seed, world.cast, calendar, day, plans)) {
      for (const turn of session.turns) {
        const arriving = turn.servings.filter((serving) => serving.delay === delay)
        if (arriving.length === 0) continue
        const story = tell(world, session, turn)
        for (const serving of arriving) {
          const { part } = serving
          if (part !== 'audit' && part !== 'runtime') makeText(world, session, turn, story, part)
          this.write(session, turn, story, serving)
        }
      }
    }
  }

  /** Everything of today is made and counted; what does not arrive later is written. */
  writeOwn(): void {
    const { world, plans, calendar } = this
    for (const session of sessionsOf(world.seed, world.cast, calendar, this.fileDay, plans)) {
      for (const turn of session.turns) this.writeTurn(session, turn)
    }
  }

  writeNoise(share: number): void {
    const { tally, record, world, fileDay } = this
    const records = Math.round((this.calendar.quotas[fileDay] ?? 0) * share)
    for (let n = 0; n < records; n++) {
      record.clear()
      writeNoise(record, world, fileDay, this.dayMs, n)
      this.blobs.add(record.view())
    }
    if (records > 0) count(tally, 'notAi', records)
  }

  finish(): void {
    this.blobs.finish()
    this.pages.finish()
    this.csv.finish()
  }

  private writeTurn(session: Session, turn: Turn): void {
    const { world, tally } = this
    const story = tell(world, session, turn)
    world.texts.seen = 0
    let id = ''
    let operation = 'CopilotInteraction'
    let [audit, client, answer, text] = [false, false, false, false]
    for (const serving of turn.servings) {
      const { part, variant } = serving
      countServing(tally, serving)
      if (part === 'audit' || part === 'runtime') {
        audit = true
        if (part === 'audit') client = true
        const written = this.write(session, turn, story, serving)
        if (part === 'audit' || id === '') id = written.id
        operation = written.operation
      } else {
        text = true
        if (part !== 'prompt') answer = true
        if (variant === 'original') {
          const characters = makeText(world, session, turn, story, part)
          countText(tally, part === 'prompt', characters, session.language)
        }
        const written = this.write(session, turn, story, serving)
        if (id === '') id = `${story.threadId} ${written.id}`
      }
    }
    const words = world.texts.seen
    const known = session.kind === 'special' ? null : story
    const served = { audit, client, answer, text, words, id, operation }
    countItemOf(tally, world.cast, session, turn, known, served)
  }

  /** Makes the record of a serving and, if it arrives on this day, puts it into its file. */
  private write(session: Session, turn: Turn, story: Story, serving: Serving): WrittenRecord {
    const { world, record } = this
    const { part, variant, shape } = serving
    record.clear()
    const written =
      part === 'runtime'
        ? writeRuntimeTwin(record, world, session, turn, story, variant)
        : part !== 'audit'
          ? writeInteraction(record, world, session, turn, story, part, variant)
          : session.kind === 'special'
            ? writeSpecialRecord(record, world, session, turn, variant)
            : writeAuditRecord(record, world, session, turn, story, variant)
    if (session.day + serving.delay !== this.fileDay) return written
    const bytes = record.view()
    this.sample?.(shape, bytes)
    if (shape === 'blob') this.blobs.add(bytes)
    else if (shape === 'page') this.pages.add(bytes)
    else this.csv.add(bytes, written, world.cast.members[session.member]?.upn ?? '')
    return written
  }
}
