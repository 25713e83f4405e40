import { isFields, parsedFields } from './fields.ts'

/** A link in an answer's text: its target and, unless it is a mere citation number, its words. */
export interface CitedLink {
  readonly url: string
  readonly label: string | null
}

const MAX_DEPTH = 32
const MAX_BLOCKS = 2_000

/**
 * Text of an adaptive card (served as JSON in a string); null when it is none. Copilot writes the answer twice, once
 * with links and once with footnotes (`MessageTextField`): the one with links reads better and is taken, the other is
 * dropped when it says the same. Targets of links are added to `links`.
 */
export function textOfCard(content: string, links: CitedLink[]): string | null {
  const card = parsedFields(content)
  if (card === null) return null
  const blocks: Block[] = []
  collect(card, blocks, 0)
  if (blocks.length === 0) return null
  if (blocks.length === 1) return readable(blocks[0]?.text ?? '', links)
  const seen = new Set<string>()
  const texts: string[] = []
  for (const footnoted of [false, true]) {
    for (const block of blocks) {
      if (block.footnoted !== footnoted) continue
      const same = comparable(block.text)
      if (same.length === 0 || seen.has(same)) continue
      seen.add(same)
      texts.push(readable(block.text, links))
    }
    // The footnoted text may equal all the other blocks together.
    if (!footnoted && texts.length > 1) seen.add(comparable(texts.join('\n')))
  }
  return texts.join('\n')
}

interface Block {
  readonly text: string
  readonly footnoted: boolean
}

function collect(element: unknown, blocks: Block[], depth: number): void {
  if (depth > MAX_DEPTH || blocks.length >= MAX_BLOCKS) return
  if (Array.isArray(element)) {
    for (const child of element) collect(child, blocks, depth + 1)
    return
  }
  if (!isFields(element)) return
  const text = element['text']
  if (typeof text === 'string' && text.length > 0) {
    blocks.push({ text, footnoted: element['id'] === 'MessageTextField' })
  } else if (element['type'] === 'FactSet' && Array.isArray(element['facts'])) {
    for (const fact of element['facts']) if (isFields(fact)) addFact(fact, blocks)
  } else if (element['type'] === 'CodeBlock' && typeof element['codeSnippet'] === 'string') {
    blocks.push({ text: element['codeSnippet'], footnoted: false })
  }
  for (const key of ['body', 'items', 'columns', 'rows', 'cells', 'inlines', 'card', 'actions']) {
    const children = element[key]
    if (typeof children === 'object') collect(children, blocks, depth + 1)
  }
}

function addFact(fact: Record<string, unknown>, blocks: Block[]): void {
  const title = typeof fact['title'] === 'string' ? fact['title'] : ''
  const value = typeof fact['value'] === 'string' ? fact['value'] : ''
  if (title.length + value.length > 0)
    blocks.push({ text: `${title}: ${value}`.trim(), footnoted: false })
}

/** Markdown links become their words, citations `[1](url)` and `[^1^]` become `[1]`; targets go into `links`. */
export function readable(text: string, links: CitedLink[]): string {
  return rewritten(text, links, true)
}

// What remains when every citation mark is gone: equal for the two spellings of one answer.
function comparable(text: string): string {
  return rewritten(text, null, false).trim()
}

const MAX_LABEL = 300
const MAX_URL = 4_096

function rewritten(text: string, links: CitedLink[] | null, keepCitations: boolean): string {
  let open = text.indexOf('[')
  if (open < 0) return text
  let result = ''
  let at = 0
  while (open >= 0) {
    const close = closing(text, 93, open + 1, MAX_LABEL)
    if (close < 0) {
      open = text.indexOf('[', open + 1)
      continue
    }
    const label = text.slice(open + 1, close)
    const number = citationNumber(label)
    let end = close + 1
    if (text.charCodeAt(end) === 40) {
      const paren = closing(text, 41, end + 1, MAX_URL)
      const url = paren < 0 ? '' : text.slice(end + 1, paren)
      if (/^https?:\/\//i.test(url)) {
        links?.push({ url, label: number === null ? label : null })
        end = paren + 1
      }
    }
    if (end > close + 1 || number !== null) {
      result += text.slice(at, open)
      if (number === null) result += label
      else if (keepCitations) result += `[${number}]`
      at = end
    }
    open = text.indexOf('[', end)
  }
  return result + text.slice(at)
}

// Position of the closing character within `most` characters, before any other bracket or line, else -1: so that a
// text of brackets alone costs no more than its length.
function closing(text: string, character: number, from: number, most: number): number {
  const end = Math.min(text.length, from + most)
  for (let i = from; i < end; i++) {
    const c = text.charCodeAt(i)
    if (c === character) return i
    if (c === 10 || c === 91) return -1
  }
  return -1
}

function citationNumber(label: string): string | null {
  const match = label.length <= 6 ? /^\^?(\d{1,3})\^?$/.exec(label) : null
  return match?.[1] ?? null
}
