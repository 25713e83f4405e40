import type { Change, ExportAbout, ItemWriter, PackageFile } from '../../writer.ts'
import { exchangeOf } from '../transcript/exchange.ts'
import { fileName, type Part } from '../transcript/parts.ts'
import { ShownFields } from '../transcript/shown.ts'
import { spanOf, type Summary } from '../transcript/summary.ts'
import { writeParts } from '../transcript/write-parts.ts'
import { drawAbout, drawExchange, drawHead } from './conversation.ts'
import { Fonts } from './fonts.ts'
import { Paper } from './paper.ts'

/** A PDF/A-2b file for each conversation, with fonts of our own and page numbers; and a page that lists them. */
export const pdfWriter: ItemWriter = {
  takes: 'items',
  order: 'conversation',
  async write(items, to, about) {
    const fields = new ShownFields(about.fields)
    const fonts = new Fonts()
    const { rows, replaced } = await writeParts(items, to, about, {
      ending: 'pdf',
      fields,
      write: async (part, summary, path) =>
        writePart(part, summary, await to.create(path), { fonts, fields, about }),
    })
    return { rows, changes: replaced === 0 ? [] : [replacedCharacters(replaced)] }
  },
}

async function writePart(
  part: Part,
  summary: Summary,
  file: PackageFile,
  { fonts, fields, about }: { fonts: Fonts; fields: ShownFields; about: ExportAbout },
): Promise<number> {
  const name = fileName(part)
  const paper = new Paper(fonts, {
    title: `Conversation ${name}, Daybook export ${about.id}`,
    createdAt: new Date(about.createdAt),
    header: [summary.title, spanOf(summary)],
    footer: `Daybook export ${about.id}`,
  })
  drawHead(paper, summary)
  for (const [at, item] of part.items.entries())
    drawExchange(paper, exchangeOf(item, part.firstOrdinal + at, fields))
  drawAbout(paper, about)
  for await (const bytes of paper.bytes()) await file.write(bytes)
  await file.end(part.items.length)
  return paper.setter.missing
}

function replacedCharacters(count: number): Change {
  const how = `${count} character${count === 1 ? '' : 's'} that no font of the transcripts has (emoji mostly) stand as a code point in a box`
  return { code: 'CHARACTER_REPLACED', count, file: 'conversations', how }
}
