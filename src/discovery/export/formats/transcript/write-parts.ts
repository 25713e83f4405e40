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
  if (begun === undefined) await index.write(pageHead('Conversations') + indexHead(about))
  for await (const part of partsOf(items(rows), begun?.behind)) {
    about.signal.throwIfAborted()
    const path = `${fileName(part)}.${options.ending}`
    const summary = summaryOf(part, options.fields)
    replaced += await options.write(part, summary, `conversations/${path}`)
    await index.write(indexRow(path, summary))
    rows += part.items.length
    files += 1
    if (to.isDue)
      to.beginCheckpoint({ rows, files, replaced, behind: endOf(part) } satisfies Cursor)
  }
  await index.write(INDEX_TAIL + pageTail(about))
  await index.end(files)
  return { rows, replaced }
}

function endOf({ number, part, isLast, firstOrdinal, items }: Part): PartEnd {
  return { number, part, isLast, nextOrdinal: firstOrdinal + items.length }
}

/** Of our own state file: whatever stands there was written by `beginCheckpoint`. */
function isCursor(value: unknown): value is Cursor {
  return typeof value === 'object' && value !== null && 'behind' in value
}
