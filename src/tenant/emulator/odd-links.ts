// The history names a target of an answer twice now and then, once under another address (interface reference d).

const LINKS = Buffer.from('"links":[{')
const MENTIONS = Buffer.from('}],"mentions":')
const URL_START = '"linkUrl":"'

/**
 * The item with its link once more, under `EntityRepresentationId`. Only where it is the only one: another serving of
 * the item may have its links in another order, and must not come out as another version.
 */
export function withRepeatedLink(item: Buffer, guid: string): Buffer {
  const from = item.indexOf(LINKS)
  const to = item.indexOf(MENTIONS, from)
  if (from < 0 || to < 0) return item
  const link = item.toString('utf8', from + LINKS.length - 1, to + 1)
  const start = link.indexOf(URL_START) + URL_START.length
  const end = link.indexOf('"', start)
  if (link.includes('},{') || end < start) return item
  const joint = link.slice(start, end).includes('?') ? '&' : '?'
  const again = `${link.slice(0, end)}${joint}EntityRepresentationId=${guid}${link.slice(end)},`
  const at = from + LINKS.length - 1
  return Buffer.concat([item.subarray(0, at), Buffer.from(again), item.subarray(at)])
}

/** One answer in four. */
export const hasRepeatedLink = (id: string): boolean => Number(id.slice(-4)) % 4 === 1
