const MAGIC = 0xfd2fb528
/** The upper 28 bits of the magic number of skippable frames. */
const SKIPPABLE = 0x184d2a5

/** How far one step went: to the end of a frame, of the bytes, or to where they are no zstd. */
type Step = {
  readonly end: number
  readonly isFrameEnd: boolean
  readonly isSkippable: boolean
  readonly isBroken: boolean
}
type State = 'magic' | 'skip-size' | 'descriptor' | 'header' | 'block' | 'body' | 'checksum'

/** Finds the ends of frames by their headers (RFC 8878 section 3.1), without unpacking anything. */
export class ZstdFrameWalker {
  isSkippable = false
  #state: State = 'magic'
  /** Bytes of the present field still to come, and the value of those that came (little endian). */
  #left = 4
  #value = 0
  #shift = 1
  #hasChecksum = false
  #isLastBlock = false

  get isBetweenFrames(): boolean {
    return this.#state === 'magic' && this.#left === 4
  }

  /** Goes on from `from` to the end of the frame or of `bytes`, whichever comes first. */
  walk(bytes: Uint8Array, from: number): Step {
    let at = from
    while (at < bytes.length) {
      if (this.#state === 'body' || this.#state === 'checksum' || this.#state === 'header') {
        const step = Math.min(this.#left, bytes.length - at)
        at += step
        this.#left -= step
      } else {
        this.#value += (bytes[at] ?? 0) * this.#shift
        this.#shift *= 256
        this.#left -= 1
        at += 1
      }
      while (this.#left === 0) {
        const outcome = this.#next()
        if (outcome === 'on') continue
        const isSkippable = this.isSkippable
        this.isSkippable = false
        return {
          end: at,
          isFrameEnd: outcome === 'end',
          isSkippable,
          isBroken: outcome === 'broken',
        }
      }
    }
    return { end: at, isFrameEnd: false, isSkippable: this.isSkippable, isBroken: false }
  }

  #expect(state: State, left: number): void {
    this.#state = state
    this.#left = left
    this.#value = 0
    this.#shift = 1
  }

  #next(): 'on' | 'end' | 'broken' {
    const value = this.#value
    switch (this.#state) {
      case 'magic':
        if (Math.floor(value / 16) === SKIPPABLE) {
          this.isSkippable = true
          this.#expect('skip-size', 4)
        } else if (value === MAGIC) {
          this.isSkippable = false
          this.#expect('descriptor', 1)
        } else return 'broken'
        return 'on'
      case 'skip-size':
        this.#isLastBlock = true
        this.#hasChecksum = false
        this.#expect('body', value)
        return 'on'
      case 'descriptor': {
        const isSingle = (value & 0x20) !== 0
        const sizeFlag = value >> 6
        this.#hasChecksum = (value & 4) !== 0
        const sizeBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag
        const dictionaryBytes = [0, 1, 2, 4][value & 3] ?? 0
        this.#expect('header', (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes)
        return 'on'
      }
      case 'header':
        this.#expect('block', 3)
        return 'on'
      case 'block': {
        const type = (value >> 1) & 3
        if (type === 3) return 'broken'
        this.#isLastBlock = (value & 1) === 1
        this.#expect('body', type === 1 ? 1 : value >> 3)
        return 'on'
      }
      case 'body':
        if (this.#isLastBlock && !this.#hasChecksum) break
        if (this.#isLastBlock) this.#expect('checksum', 4)
        else this.#expect('block', 3)
        return 'on'
      case 'checksum':
        break
    }
    this.#expect('magic', 4)
    return 'end'
  }
}
