import type { ItemWriter } from '../../writer.ts'
import { exchangeOf } from '../transcript/exchange.ts'
import { fileName, partsOf } from '../transcript/parts.ts'
import { ShownFields } from '../transcript/shown.ts'
import { summaryOf } from '../transcript/summary.ts'
import { conversationHead, exchangeMarkup } from './conversation-page.ts'
import { INDEX_TAIL, indexHead, indexRow } from './index-page.ts'
import { pageHead, pageTail } from './page.ts'

/** A page for each conversation, and one that lists them: each stands alone, and nothing in them runs or loads. */
export const htmlWriter: ItemWriter = {
  takes: 'items',
  order: 'conversation',
  async write(batches, to, about) {
    const fields = new ShownFields(about.fields)
    const tail = pageTail(about)
    const index = await to.create('conversations/index.html')
    await index.write(pageHead('Conversations') + indexHead(about))
    let rows = 0
    let pages = 0
    for await (const part of partsOf(batches)) {
      about.signal.throwIfAborted()
      const summary = summaryOf(part, fields)
      const path = `${fileName(part)}.html`
      const page = await to.create(`conversations/${path}`)
      await page.write(pageHead(summary.title) + conversationHead(summary))
      for (const [at, item] of part.items.entries())
        await page.write(exchangeMarkup(exchangeOf(item, part.firstOrdinal + at, fields)))
      await page.write(tail)
      await page.end(part.items.length)
      await index.write(indexRow(path, summary))
      rows += part.items.length
      pages += 1
    }
    await index.write(INDEX_TAIL + tail)
    await index.end(pages)
    return { rows, changes: [] }
  },
}
