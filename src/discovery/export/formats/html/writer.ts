import type { ItemWriter } from '../../writer.ts'
import { exchangeOf } from '../transcript/exchange.ts'
import { ShownFields } from '../transcript/shown.ts'
import { writeParts } from '../transcript/write-parts.ts'
import { conversationHead, exchangeMarkup } from './conversation-page.ts'
import { pageHead, pageTail } from './page.ts'

/** Of a page, before they are written. */
const PAGE_CHARACTERS = 256 * 1024

/** A page for each conversation, and one that lists them: each stands alone, and nothing in them runs or loads. */
export const htmlWriter: ItemWriter = {
  takes: 'items',
  order: 'conversation',
  async write(items, to, about) {
    const fields = new ShownFields(about.fields)
    const tail = pageTail(about)
    const { rows } = await writeParts(items, to, about, {
      ending: 'html',
      fields,
      write: async (part, summary, path) => {
        const page = await to.create(path)
        let text = pageHead(summary.title) + conversationHead(summary)
        for (const [at, item] of part.items.entries()) {
          text += exchangeMarkup(exchangeOf(item, part.firstOrdinal + at, fields))
          if (text.length < PAGE_CHARACTERS) continue
          await page.write(text)
          text = ''
        }
        await page.write(text + tail)
        await page.end(part.items.length)
        return 0
      },
    })
    return { rows, changes: [] }
  },
}
