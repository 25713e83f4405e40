// Plain text of a message body. One pass over the characters: hostile markup costs no more than long text.

const NAMED = new Map<string, string>([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['ndash', '–'],
  ['mdash', '—'],
  ['hellip', '…'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['laquo', '«'],
  ['raquo', '»'],
  ['bull', '•'],
  ['middot', '·'],
  ['euro', '€'],
  ['pound', '£'],
  ['copy', '©'],
  ['reg', '®'],
  ['trade', '™'],
  ['deg', '°'],
  ['times', '×'],
  ['auml', 'ä'],
  ['ouml', 'ö'],
  ['uuml', 'ü'],
  ['Auml', 'Ä'],
  ['Ouml', 'Ö'],
  ['Uuml', 'Ü'],
  ['szlig', 'ß'],
  ['eacute', 'é'],
  ['egrave', 'è'],
  ['ecirc', 'ê'],
  ['agrave', 'à'],
  ['aacute', 'á'],
  ['acirc', 'â'],
  ['ccedil', 'ç'],
  ['iacute', 'í'],
  ['oacute', 'ó'],
  ['uacute', 'ú'],
  ['ntilde', 'ñ'],
  ['aring', 'å'],
  ['oslash', 'ø'],
  ['aelig', 'æ'],
])

// Elements after which a reader sees a new line; what stands in the second set is not for readers.
const BREAKS = new Set(
  'br p div li tr table ul ol h1 h2 h3 h4 h5 h6 blockquote pre hr section article'.split(' '),
)
const SILENT = new Set(['script', 'style', 'attachment'])

/** Text of an HTML body: tags stripped, entities decoded, attachment markers, scripts and styles dropped. */
export function textOfHtml(html: string): string {
  if (!html.includes('<')) return decodeEntities(html).trim()
  const parts: string[] = []
  let at = 0
  // Past the last `>` no `<` can start a tag: without this, a text of a million `<` would cost a million searches.
  const lastClose = html.lastIndexOf('>')
  let unended: Set<string> | null = null
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0 || open > lastClose) break
    if (!startsTag(html.charCodeAt(open + 1))) {
      parts.push(html.slice(at, open + 1))
      at = open + 1
      continue
    }
    parts.push(html.slice(at, open))
    const close = html.indexOf('>', open)
    const name = tagName(html, open + 1)
    at = close + 1
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open)
      at = end < 0 ? html.length : end + 3
    } else if (SILENT.has(name) && html.charCodeAt(close - 1) !== 47 && !unended?.has(name)) {
      const end = endOfElement(html, name, at)
      // Not searched for again: a text of a million open tags would cost a million searches.
      if (end < 0) unended = (unended ?? new Set()).add(name)
      else at = end
    } else if (BREAKS.has(name) || (name.startsWith('/') && BREAKS.has(name.slice(1)))) {
      parts.push('\n')
    }
  }
  parts.push(html.slice(at))
  return withoutBlankRuns(decodeEntities(parts.join('')))
}

// At most one blank line in a row; markup leaves many.
function withoutBlankRuns(text: string): string {
  if (!text.includes('\n')) return text.trim()
  const lines: string[] = []
  let blanks = 0
  for (const line of text.split('\n')) {
    const kept = line.trimEnd()
    blanks = kept.length === 0 ? blanks + 1 : 0
    if (blanks < 2) lines.push(kept)
  }
  return lines.join('\n').trim()
}

/** Text of a body served as plain text: only the `<attachment>` markers are ours to drop. */
export function textOfPlain(text: string): string {
  if (!text.includes('<attachment')) return text.trim()
  const parts: string[] = []
  let at = 0
  for (;;) {
    const open = text.indexOf('<attachment', at)
    const close = open < 0 ? -1 : text.indexOf('>', open)
    if (close < 0) break
    parts.push(text.slice(at, open))
    at = text.startsWith('</attachment>', close + 1) ? close + 14 : close + 1
  }
  parts.push(text.slice(at))
  return parts.join('').trim()
}

function startsTag(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 47 || c === 33
}

// Lower-case name with a leading slash for closing tags; bounded, since no element has a longer name.
function tagName(html: string, at: number): string {
  let end = at
  if (html.charCodeAt(end) === 47) end++
  while (end - at < 16) {
    const c = html.charCodeAt(end) | 32
    const isDigit = c >= 48 && c <= 57
    if (!((c >= 97 && c <= 122) || isDigit)) break
    end++
  }
  return html.slice(at, end).toLowerCase()
}

// An element that never ends swallows nothing (-1).
function endOfElement(html: string, name: string, at: number): number {
  const end = html.indexOf(`</${name}`, at)
  if (end < 0) return -1
  const close = html.indexOf('>', end)
  return close < 0 ? html.length : close + 1
}

/** Decodes named and numeric character references; unknown ones stay as written. */
function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, decoded)
}

function decoded(whole: string, reference: string): string {
  if (reference.charCodeAt(0) !== 35) return NAMED.get(reference) ?? whole
  const hex = (reference.charCodeAt(1) | 32) === 120
  const code = hex ? Number.parseInt(reference.slice(2), 16) : Number(reference.slice(1))
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  if (!valid) return whole
  return code === 160 ? ' ' : String.fromCodePoint(code)
}
