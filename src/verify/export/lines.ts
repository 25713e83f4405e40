import { createReadStream } from 'node:fs'

const LINE_FEED = 10

/** The lines of a file, without their line feeds. A line longer than `most` bytes comes as '' and is passed over. */
export async function* linesOf(file: string, most: number): AsyncGenerator<string> {
  let rest: Buffer[] = []
  let length = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    if (!(chunk instanceof Buffer)) continue
    let start = 0
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, start)) {
      yield lineOf([...rest, chunk.subarray(start, at)], length + at - start, most)
      rest = []
      length = 0
      start = at + 1
    }
    length += chunk.length - start
    if (length > most) rest = []
    else if (start < chunk.length) rest.push(chunk.subarray(start))
  }
  if (length > 0) yield lineOf(rest, length, most)
}

function lineOf(parts: readonly Buffer[], length: number, most: number): string {
  return length > most ? '' : Buffer.concat(parts).toString('utf8')
}
