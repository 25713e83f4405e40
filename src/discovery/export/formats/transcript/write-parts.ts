import { INDEX_TAIL, indexHead, indexRow } from '../html/index-page.ts'
import { pageHead, pageTail } from '../html/page.ts'
import type { ExportAbout, ItemSource, ResumableDestination } from '../../writer.ts'
import { fileName, partsOf, type Part, type PartEnd } from './parts.ts'
import type { ShownFields } from './shown.ts'
import { summaryOf, type Summary } from './summary.ts'

/** Where an interrupted run goes on: behind the last file that counts. */
interface Cursor {
  readonly rows: number
  readonly files: number
  /** Characters that were replaced. */
  readonly replaced: number
  readonly behind: PartEnd
}

/** Writes one file of a transcript, and answers how many characters were replaced in it. */
type WritePart = (part: Part, summary: Summary, path: string) => Promise<number>

/** A file for each part of a conversation, and a page that lists them. */
export async function writeParts(
  items: ItemSource,
  to: ResumableDestination,
  about: ExportAbout,
  options: { readonly ending: string; readonly fields: ShownFields; readonly write: WritePart },
): Promise<{ readonly rows: number; readonly replaced: number }> {
  const begun = isCursor(to.cursor) ? to.cursor : undefined
  let { rows, files, replaced } = begun ?? { rows: 0, files: 0, replaced: 0 }
  const index = await to.create('conversations/index.html')
  let list = begun === undefined ? pageHead('Conversations') + indexHead(about) : ''
  const underWay: Promise<void>[] = []
  const write = async (part: Part, summary: Summary, path: string): Promise<void> => {
    // Not in one expression: others add to it meanwhile.
    const more = await options.write(part, summary, path)
    replaced += more
  }
  try {
    for await (const part of partsOf(items(rows), begun?.behind)) {
      about.signal.throwIfAborted()
      const path = `${fileName(part)}.${options.ending}`
      const summary = summaryOf(part, options.fields)
      const written = write(part, summary, `conversations/${path}`)
      // Told when its turn comes.
      written.catch(() => undefined)
      underWay.push(written)
      list += indexRow(path, summary)
      rows += part.items.length
      files += 1
      if (underWay.length >= MOST_AT_ONCE) await underWay.shift()
      const isDue = to.isDue
      if (!isDue && list.length < LIST_CHARACTERS) continue
      await index.write(list)
      list = ''
      if (!isDue) continue
      await Promise.all(underWay.splice(0))
      to.beginCheckpoint({ rows, files, replaced, behind: endOf(part) } satisfies Cursor)
    }
    await Promise.all(underWay)
  } finally {
    // No file may be closed under what is still written to it.
    await Promise.allSettled(underWay)
  }
  await index.write(list + INDEX_TAIL + pageTail(about))
  await index.end(files)
  return { rows, replaced }
}

/** Files that are written at the same time: making one is mostly waiting for the system. */
const MOST_AT_ONCE = 8
/** Of the list of conversations, before they are written. */
const LIST_CHARACTERS = 64 * 1024

function endOf({ number, part, isLast, firstOrdinal, items }: Part): PartEnd {
  return { number, part, isLast, nextOrdinal: firstOrdinal + items.length }
}

/** Of our own state file: whatever stands there was written by `beginCheckpoint`. */
function isCursor(value: unknown): value is Cursor {
  return typeof value === 'object' && value !== null && 'behind' in value
}
