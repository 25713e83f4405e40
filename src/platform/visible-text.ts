// What people are shown of text that others wrote: nothing hidden, nothing reordered.

const NEVER_SHOWN_RAW =
  // C0 and C1 controls, bidi controls, zero-width characters, line separators, the tag block, variation selectors 17-256, BOM.
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e01ef}]|\p{Surrogate}/gu

// Scripts that are spelt with joiners and non-joiners.
const JOINING = String.raw`[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Oriya}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Khmer}\p{Script=Myanmar}]`
// Between these a joiner shows: it makes one picture of two, or shapes the letters. Elsewhere it only hides.
const SHOWN_JOINER = new RegExp(
  String.raw`(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d(?=\p{Extended_Pictographic})|(?<=${JOINING})[\u200c\u200d](?=${JOINING})`,
  'gu',
)

/** A piece of text: as written, or one character that would not show, spelt out (`U+202E`). */
export interface TextRun {
  readonly text: string
  readonly hidden: boolean
}

/**
 * Parts what may be shown as it is from the characters that would move the cursor, colour the screen, hide or reorder
 * text: a prompt is hostile text. Line feeds stay, a carriage return before one is dropped, tabs become spaces.
 */
export function textRuns(text: string): TextRun[] {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\t', '    ')
  const joiners = new Set<number>()
  if (/[\u200c\u200d]/.test(lines))
    for (const { index } of lines.matchAll(SHOWN_JOINER)) joiners.add(index)
  const runs: TextRun[] = []
  let from = 0
  for (const { 0: character, index } of lines.matchAll(NEVER_SHOWN_RAW)) {
    if (joiners.has(index)) continue
    if (index > from) runs.push({ text: lines.slice(from, index), hidden: false })
    runs.push({ text: spelt(character), hidden: true })
    from = index + character.length
  }
  if (from < lines.length) runs.push({ text: lines.slice(from), hidden: false })
  return runs
}

/** The same as one text: `a<U+202E>b`. */
export function visible(text: string): string {
  return textRuns(text)
    .map((run) => (run.hidden ? `<${run.text}>` : run.text))
    .join('')
}

function spelt(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
