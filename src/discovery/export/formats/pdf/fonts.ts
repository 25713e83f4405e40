import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { create, type Font, type GlyphRun } from 'fontkit'
import { unpackWoff } from './woff.ts'

declare global {
  namespace PDFKit.Mixins {
    interface PDFFont {
      /** A font that is parsed already: one for all documents. */
      registerFont(name: string, font: Font): this
    }
  }
}

/** `text` and `strong` show most scripts well; `every` has each character of the Basic Multilingual Plane, as a bitmap. */
export type FontName = 'text' | 'strong' | 'every'

const FILES: Readonly<Record<FontName, string>> = {
  text: import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf'),
  strong: import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf'),
  every: import.meta.resolve('@fontsource/unifont/files/unifont-latin-400-normal.woff'),
}

/** Characters that change how others look, or nothing: a font need not have them. */
const INVISIBLE = /^(?:\u200c|\u200d|[\ufe00-\ufe0f])$/u
/** Widths are kept for this many words, so that a long export does not grow. */
const MOST_WIDTHS = 100_000

/** Words whose glyphs are kept, and how long they may be. */
const MOST_WORDS = 20_000
const LONGEST_WORD = 40

/** The fonts of all documents of an export: read, parsed and measured once. */
export class Fonts {
  readonly #fonts = new Map<FontName, Font>()
  readonly #widths = new Map<string, number>()
  readonly #choices = new Map<string, FontName | null>()

  /** The font that shows a character (a grapheme), or null when none has it. */
  choose(character: string, wanted: FontName): FontName | null {
    const key = wanted + character
    const known = this.#choices.get(key)
    if (known !== undefined) return known
    const points = Array.from(character)
      .filter((part) => !INVISIBLE.test(part))
      .map((part) => part.codePointAt(0) ?? 0)
    const choice =
      ([wanted, 'text', 'every'] as const).find((name) =>
        points.every((point) => this.font(name).hasGlyphForCodePoint(point)),
      ) ?? null
    if (this.#choices.size >= MOST_WIDTHS) this.#choices.clear()
    this.#choices.set(key, choice)
    return choice
  }

  /** Width of a text without line feeds, in points at one point. */
  width(text: string, name: FontName): number {
    const key = name + text
    const known = this.#widths.get(key)
    if (known !== undefined) return known
    const font = this.font(name)
    // As pdfkit lays text out: word by word, each with the blank behind it.
    let units = 0
    for (const word of text.split(/(?<= )/)) units += font.layout(word).advanceWidth
    const width = units / font.unitsPerEm
    if (this.#widths.size >= MOST_WIDTHS) this.#widths.clear()
    if (text.length < 60) this.#widths.set(key, width)
    return width
  }

  font(name: FontName): Font {
    const known = this.#fonts.get(name)
    if (known !== undefined) return known
    const bytes = readFileSync(fileURLToPath(FILES[name]))
    const font = create(FILES[name].endsWith('.woff') ? unpackWoff(bytes) : bytes)
    if ('fonts' in font) throw new Error(`The font file of "${name}" holds several fonts`)
    const remembering = rememberingFont(font)
    this.#fonts.set(name, remembering)
    return remembering
  }
}

/** The same font, which lays each word out once: most of a document is words that came before. */
function rememberingFont(font: Font): Font {
  const runs = new Map<string, GlyphRun>()
  const layout: Font['layout'] = (text, ...rest) => {
    if (rest[0] !== undefined || text.length > LONGEST_WORD) return font.layout(text, ...rest)
    const known = runs.get(text) ?? font.layout(text)
    if (runs.size >= MOST_WORDS) runs.clear()
    runs.set(text, known)
    // Each user gets positions of its own: pdfkit scales them in place.
    const positions = known.positions.map((position) => ({ ...position }))
    const run: GlyphRun = Object.create(known, { positions: { value: positions } })
    return run
  }
  const remembering: Font = Object.create(font, { layout: { value: layout } })
  return remembering
}
