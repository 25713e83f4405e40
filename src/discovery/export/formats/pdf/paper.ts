import Pdf from 'pdfkit'
import type { FontName, Fonts } from './fonts.ts'
import { BOX_PADDING, LineSetter, type Line, type TextStyle } from './lines.ts'

type Doc = InstanceType<typeof Pdf>

export const INK = '#1b1f24'
export const SOFT = '#555e69'
export const RULE = '#1f3a56'
const FAINT = '#cfd3d8'
const BOX_INK = '#a4161a'

const MARGIN = { left: 50, right: 50, top: 62, bottom: 58 }

/** What lies under and left of text: the bar of a turn. */
export interface Block {
  readonly bar: string
  readonly ground: string
}

export interface PaperOptions {
  readonly title: string
  readonly createdAt: Date
  /** At the top of every page, left and right; and at the bottom left. May be hostile text. */
  readonly header: readonly [left: string, right: string]
  readonly footer: string
}

/** Pages of A4, filled from top to bottom; each says at its edges what it is and which page of how many. */
export class Paper {
  readonly setter: LineSetter
  readonly doc: Doc
  readonly #options: PaperOptions
  readonly #fonts: Fonts
  readonly #registered = new Set<FontName>()
  y = MARGIN.top

  constructor(fonts: Fonts, options: PaperOptions) {
    this.setter = new LineSetter(fonts)
    this.#options = options
    const { title, createdAt } = options
    this.doc = new Pdf({
      size: 'A4',
      margin: 0,
      bufferPages: true,
      subset: 'PDF/A-2b',
      pdfVersion: '1.7',
      tagged: false,
      lang: 'en',
      displayTitle: true,
      // pdfkit writes these into XML as they are: nothing of records may stand in them.
      info: {
        Title: title,
        Author: 'Daybook',
        Creator: 'Daybook',
        Producer: 'Daybook',
        CreationDate: createdAt,
      },
      font: '',
    })
    this.#fonts = fonts
  }

  get width(): number {
    return this.doc.page.width - MARGIN.left - MARGIN.right
  }

  /** Begins a new page when less than `height` is left on this one. */
  need(height: number): void {
    if (this.y + height <= this.doc.page.height - MARGIN.bottom) return
    this.doc.addPage()
    this.y = MARGIN.top
  }

  space(height: number): void {
    this.y += height
  }

  rule(color = FAINT, weight = 0.6): void {
    const { left } = MARGIN
    this.doc
      .moveTo(left, this.y)
      .lineTo(left + this.width, this.y)
      .lineWidth(weight)
      .stroke(color)
  }

  /** Text across the page, `indent` from its left edge, line after line. */
  text(
    text: string,
    style: TextStyle,
    options: { color?: string; indent?: number; width?: number; block?: Block } = {},
  ): void {
    const { color = INK, indent = 0, block } = options
    const width = options.width ?? this.width - indent
    for (const line of this.setter.lines(text, style, width))
      this.#textLine(line, style, {
        color,
        indent,
        width,
        ...(block === undefined ? {} : { block }),
      })
  }

  #textLine(
    line: Line,
    style: TextStyle,
    options: { color: string; indent: number; width: number; block?: Block },
  ): void {
    const height = style.size * 1.42
    this.need(height)
    if (options.block !== undefined) this.band(height, options.block)
    const flush = line.rightToLeft ? Math.max(0, options.width - line.width) : 0
    this.draw(line, style, options.indent + flush, options.color)
    this.y += height
  }

  /** A strip of a block's ground with its bar, at this height. */
  band(height: number, { bar, ground }: Block): void {
    // A hair more than its height, so that no seam shows between two.
    this.doc.rect(MARGIN.left, this.y, this.width, height + 0.3).fill(ground)
    this.doc.rect(MARGIN.left, this.y, 2.6, height + 0.3).fill(bar)
  }

  /** A line at this height, without moving on; `x` is from the left edge of the text. */
  draw(line: Line, style: TextStyle, x: number, color: string): void {
    const baseline = this.y + style.size * 1.05
    for (const piece of line.pieces) {
      const at = MARGIN.left + x + piece.x
      if (piece.isBox) this.#box(piece.text, at, baseline, style.size, piece.width)
      else this.#put(piece.text, piece.font, style.size, at, baseline, color)
    }
  }

  /** The outline of a capsule around a word at this height. */
  capsule(x: number, width: number, color: string): void {
    this.doc
      .roundedRect(MARGIN.left + x, this.y - 1.2, width, 13.2, 6.6)
      .lineWidth(0.6)
      .stroke(color)
  }

  #box(text: string, x: number, baseline: number, size: number, width: number): void {
    const top = baseline - size * 0.84
    this.doc
      .roundedRect(x + size * 0.1, top, width - size * 0.2, size * 1.04, size * 0.15)
      .lineWidth(0.5)
      .stroke(BOX_INK)
    this.#put(
      text,
      'strong',
      size * 0.72,
      x + size * (0.1 + BOX_PADDING),
      baseline - size * 0.06,
      BOX_INK,
    )
  }

  #put(text: string, font: FontName, size: number, x: number, y: number, color: string): void {
    if (text.trim() === '') return
    if (!this.#registered.has(font)) {
      this.doc.registerFont(font, this.#fonts.font(font))
      this.#registered.add(font)
    }
    this.doc
      .font(font)
      .fontSize(size)
      .fillColor(color)
      .text(text, x, y, { lineBreak: false, baseline: 'alphabetic' })
  }

  /** Writes the edges of all pages, and answers the bytes of the file. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    const { start, count } = this.doc.bufferedPageRange()
    for (let at = start; at < start + count; at += 1) {
      this.doc.switchToPage(at)
      this.#edges(at - start + 1, count)
    }
    this.doc.end()
    for await (const chunk of this.doc) if (chunk instanceof Uint8Array) yield chunk
  }

  #edges(page: number, pages: number): void {
    const style = { font: 'text', size: 7.5 } as const
    const { header, footer } = this.#options
    const edge = (text: string, y: number, side: 'left' | 'right', width: number) => {
      const [line] = this.setter.lines(text.replaceAll('\n', ' '), style, width)
      if (line === undefined) return
      this.y = y
      this.draw(line, style, side === 'left' ? 0 : this.width - line.width, SOFT)
    }
    const bottom = this.doc.page.height - 38
    const half = this.width * 0.6
    edge(header[0], 32, 'left', half)
    edge(header[1], 32, 'right', this.width - half)
    this.y = 46
    this.rule()
    this.y = bottom - 6
    this.rule()
    edge(footer, bottom, 'left', half)
    edge(`page ${page} of ${pages}`, bottom, 'right', this.width - half)
  }
}
