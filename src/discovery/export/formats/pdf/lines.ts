import { textRuns } from '../../../../platform/visible-text.ts'
import {
  directedPieces,
  hasRightToLeft,
  isRightToLeft,
  levelsOf,
  mirrored,
  visualOrder,
} from './bidi.ts'
import type { FontName, Fonts } from './fonts.ts'

/** A piece of a line, placed: text in one font, or a code point in a box. */
interface Piece {
  readonly text: string
  readonly font: FontName
  /** Hidden in the source, or in no font: its code point stands in a box. */
  readonly isBox: boolean
  /** In points, from the left end of the line. */
  readonly x: number
  readonly width: number
}

export interface Line {
  readonly pieces: readonly Piece[]
  readonly width: number
  /** The paragraph reads from right to left, and is set flush right. */
  readonly rightToLeft: boolean
}

export interface TextStyle {
  readonly font: FontName
  readonly size: number
}

interface Atom {
  readonly text: string
  readonly font: FontName
  readonly isBox: boolean
  readonly width: number
  /** How much of it is a blank at its end, which may hang over the end of a line. */
  readonly blank: number
  /** A line may end behind it. */
  readonly mayBreak: boolean
}

const SIMPLE =
  /^[\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u0391-\u03c9\u0400-\u045f\u2010-\u2027\u2030-\u205e\u20ac]*$/
/** Scripts that may break between any two characters; those of South-East Asia break between words, which nobody marks. */
const BREAKS_ANYWHERE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3000-\u303f\uff00-\uffef]/u
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** A grapheme with more marks than this is a tower of them, and is cut into its characters. */
const MOST_OF_A_GRAPHEME = 12
const BOX_SIZE = 0.72
export const BOX_PADDING = 0.22

/** Sets text of any script into lines; counts what no font shows. */
export class LineSetter {
  readonly #fonts: Fonts
  /** Characters that no font has: shown as their code point in a box. */
  missing = 0

  constructor(fonts: Fonts) {
    this.#fonts = fonts
  }

  lines(text: string, style: TextStyle, width: number): Line[] {
    const lines: Line[] = []
    for (const paragraph of paragraphsOf(text))
      lines.push(...this.#paragraph(paragraph, style, width))
    return lines
  }

  /** A text that is known to be short and ours: one line. */
  widthOf(text: string, { font, size }: TextStyle): number {
    return this.#fonts.width(text, font) * size
  }

  #paragraph(runs: readonly Run[], style: TextStyle, width: number): Line[] {
    const whole = runs.map(({ text }) => text).join('')
    const mixed = hasRightToLeft(whole)
    const rightToLeft = mixed && isRightToLeft(whole)
    const atoms = runs.flatMap((run) => this.#atoms(run, style, width, mixed))
    return fill(atoms, width).map((line) => placed(line, rightToLeft, mixed))
  }

  #atoms({ text, hidden }: Run, style: TextStyle, width: number, mixed: boolean): Atom[] {
    if (hidden) return [this.#box(text, style)]
    const atoms: Atom[] = []
    for (const word of mixed ? directedPieces(text) : text.split(/(?<=[ \-/?&])/)) {
      const own = SIMPLE.test(word) ? this.#simple(word, style) : null
      if (own !== null && own.width - own.blank <= width) atoms.push(own)
      else atoms.push(...this.#spelled(word, style))
    }
    return atoms
  }

  #simple(word: string, { font, size }: TextStyle): Atom {
    return this.#atom(word, font, size, /[ \-/?&]$/.test(word))
  }

  /** A word whose characters may need several fonts, or that is too long for a line. */
  #spelled(word: string, style: TextStyle): Atom[] {
    const atoms: Atom[] = []
    let gathered = ''
    let font: FontName | null = null
    const flush = () => {
      if (gathered !== '' && font !== null)
        atoms.push(this.#atom(gathered, font, style.size, gathered.endsWith(' ')))
      gathered = ''
    }
    for (const character of charactersOf(word)) {
      const choice = this.#fonts.choose(character, style.font)
      if (choice === null) {
        flush()
        for (const part of character) {
          this.missing += 1
          atoms.push(this.#box(codePoint(part), style))
        }
        continue
      }
      const breaks = BREAKS_ANYWHERE.test(character)
      if (choice !== font || breaks || gathered.length >= 8) flush()
      font = choice
      gathered += character
      if (breaks) {
        atoms.push(this.#atom(gathered, font, style.size, true))
        gathered = ''
      }
    }
    flush()
    return atoms
  }

  #atom(text: string, font: FontName, size: number, mayBreak: boolean): Atom {
    const width = this.#fonts.width(text, font) * size
    const blank = text.endsWith(' ') ? this.#fonts.width(' ', font) * size : 0
    return { text, font, isBox: false, width, blank, mayBreak }
  }

  #box(text: string, { size }: TextStyle): Atom {
    const width = this.#fonts.width(text, 'strong') * size * BOX_SIZE + 2 * BOX_PADDING * size
    return {
      text,
      font: 'strong',
      isBox: true,
      width: width + size * 0.2,
      blank: 0,
      mayBreak: true,
    }
  }
}

interface Run {
  readonly text: string
  readonly hidden: boolean
}

function paragraphsOf(text: string): Run[][] {
  const paragraphs: Run[][] = [[]]
  for (const run of textRuns(text)) {
    for (const [at, part] of run.text.split('\n').entries()) {
      if (at > 0) paragraphs.push([])
      if (part !== '') paragraphs.at(-1)?.push({ text: part, hidden: run.hidden })
    }
  }
  return paragraphs
}

function* charactersOf(word: string): Generator<string> {
  for (const { segment } of graphemes.segment(word)) {
    if (segment.length <= MOST_OF_A_GRAPHEME) yield segment
    else yield* segment
  }
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** Fills lines from the first atom to the last; what is wider than a line is broken where it must. */
function fill(atoms: readonly Atom[], width: number): Atom[][] {
  const lines: Atom[][] = [[]]
  let line: Atom[] = lines[0] ?? []
  let used = 0
  const next = (carried: Atom[]) => {
    line = carried
    lines.push(line)
    used = carried.reduce((sum, atom) => sum + atom.width, 0)
  }
  for (const atom of atoms) {
    const visible = atom.width - atom.blank
    if (used + visible > width && line.length > 0) {
      const at = line.findLastIndex(({ mayBreak }) => mayBreak)
      const carried = at === -1 ? [] : line.splice(at + 1)
      const carriedWidth = carried.reduce((sum, { width: own }) => sum + own, 0)
      if (carriedWidth + visible > width) {
        line.push(...carried)
        next([])
      } else next(carried)
    }
    line.push(atom)
    used += atom.width
  }
  return lines
}

function placed(atoms: readonly Atom[], rightToLeft: boolean, mixed: boolean): Line {
  const levels = mixed
    ? levelsOf(
        atoms.map(({ text }) => text),
        rightToLeft,
      )
    : []
  const order = mixed ? visualOrder(levels) : atoms.map((_, at) => at)
  const pieces: Piece[] = []
  let x = 0
  for (const at of order) {
    const atom = atoms[at]
    if (atom === undefined) continue
    const isMirrored = (levels[at] ?? 0) % 2 === 1
    const text = isMirrored ? mirrored(atom.text) : atom.text
    const last = pieces.at(-1)
    // Text of one font is drawn in one go; from right to left a word at a time, since each is shaped by itself.
    if (!mixed && last !== undefined && !last.isBox && !atom.isBox && last.font === atom.font)
      pieces[pieces.length - 1] = {
        ...last,
        text: last.text + text,
        width: last.width + atom.width,
      }
    else pieces.push({ text, font: atom.font, isBox: atom.isBox, x, width: atom.width })
    x += atom.width
  }
  return { pieces, width: x, rightToLeft }
}
