// Items as they lie on disk, day by day: those of one person and folder side by side, newest first, as pages show them.
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { Buffers } from '../buffers.ts'
import type { GraphAnswer } from './wire.ts'
import { JSON_TYPE } from './wire.ts'

/** Where items lie, each with a comma behind it. */
interface ItemStore {
  /** Reads that many bytes into a buffer, from a place in it on. */
  read(into: Buffer, at: number, offset: number, length: number): void
}

/** Where one item lies; its length is without the comma. */
export interface StoredItem {
  readonly store: ItemStore
  readonly offset: number
  readonly length: number
}

const COMMA = Buffer.from(',')
const FLUSH_BYTES = 8 << 20

export class MailboxFile implements ItemStore {
  readonly #file: number
  #pending: Buffer[] = []
  #pendingBytes = 0
  #size = 0

  constructor(path: string) {
    this.#file = openSync(path, 'w+')
  }

  /** Where it will lie once `flush` was called. */
  add(bytes: Buffer): number {
    const offset = this.#size
    this.#pending.push(bytes, COMMA)
    this.#pendingBytes += bytes.length + 1
    this.#size += bytes.length + 1
    if (this.#pendingBytes > FLUSH_BYTES) this.flush()
    return offset
  }

  flush(): void {
    if (this.#pending.length > 0) writeSync(this.#file, Buffer.concat(this.#pending))
    this.#pending = []
    this.#pendingBytes = 0
  }

  read(into: Buffer, at: number, offset: number, length: number): void {
    readSync(this.#file, into, at, length, offset)
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** The bytes of one item. */
export function bytesOf({ store, offset, length }: StoredItem): Buffer<ArrayBuffer> {
  const buffer = Buffer.allocUnsafe(length)
  store.read(buffer, 0, offset, length)
  return buffer
}

const END = ']}'

/** A page of items, read into one buffer; `head` is what comes before its `value`. */
export function pageOfItems(
  head: Readonly<Record<string, unknown>>,
  items: readonly StoredItem[],
  buffers: Buffers,
): GraphAnswer {
  const start = `${JSON.stringify(head).slice(0, -1)},"value":[`
  const length = items.reduce((sum, item) => sum + item.length + 1, start.length * 3 + END.length)
  const { buffer, free } = buffers.take(length)
  let at = buffer.write(start)
  for (let n = 0; n < items.length;) {
    const first = items[n]
    if (first === undefined) break
    // What lies side by side is read at once, with the commas between.
    let end = first.offset + first.length + 1
    for (n += 1; items[n]?.store === first.store && items[n]?.offset === end; n += 1)
      end += (items[n]?.length ?? 0) + 1
    first.store.read(buffer, at, first.offset, end - first.offset)
    at += end - first.offset
  }
  // In place of the last comma.
  at += buffer.write(END, items.length === 0 ? at : at - 1) - (items.length === 0 ? 0 : 1)
  return {
    status: 200,
    headers: { 'content-type': JSON_TYPE },
    body: new Uint8Array(buffer.buffer, buffer.byteOffset, at),
    sent: free,
  }
}
