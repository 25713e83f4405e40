import { parentPort, workerData } from 'node:worker_threads'
import { openFrame, readFrame, type FrameText } from '../archive/frames.ts'
import { decodeLine, disposedLeaf } from '../archive/line.ts'
import type { FrameRef, RecordLine } from '../archive/types.ts'
import {
  itemLines,
  partKey,
  type ItemSetting,
  type ItemTask,
} from '../discovery/export/item-lines.ts'
import { faultOf } from '../discovery/export/ordered-workers.ts'
import type { Part } from '../interactions/item.ts'
import { readRecord } from './archived-record.ts'
import type { Contexts } from './protocol.ts'

// Items of an export, made again from their records: one task in, one result out.
const setting: ItemSetting & { readonly contexts: Contexts } = workerData

parentPort?.on('message', ({ items, frames }: ItemTask) => {
  try {
    const parts = new Map<string, Part>()
    for (const { tenant, frame, wanted } of frames) {
      const { bytes, ends } = frameText(frame)
      for (const at of wanted) {
        const line = bytes.subarray((ends[at - 1] ?? -1) + 1, ends[at] ?? 0)
        const { part } = readRecord(recordOf(line), setting.contexts)
        parts.set(partKey(tenant, part.sequence), part)
      }
    }
    const result = itemLines(items, parts, setting)
    const { buffer } = result.lines
    parentPort?.postMessage({ result }, buffer instanceof ArrayBuffer ? [buffer] : [])
  } catch (error) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort?.postMessage(faultOf(error))
  }
})

/** Whether the line is in its one form is for `verify` to see: it takes as long as parsing it. */
function recordOf(line: Buffer): RecordLine {
  if (disposedLeaf(line) !== undefined) return decodeLine(line)
  const record: RecordLine = JSON.parse(line.toString('utf8'))
  return record
}

/** Frames that items which follow each other have in common. */
const KEPT_BYTES = 16_000_000
const kept = new Map<string, FrameText>()
let keptBytes = 0

function frameText(frame: FrameRef): FrameText {
  const key = `${frame.file}:${frame.offset}`
  const known = kept.get(key)
  if (known !== undefined) return known
  const text = openFrame(readFrame(frame), frame.rawBytes, frame.count)
  kept.set(key, text)
  keptBytes += text.bytes.length
  for (const [oldest, { bytes }] of kept) {
    if (keptBytes <= KEPT_BYTES || oldest === key) break
    kept.delete(oldest)
    keptBytes -= bytes.length
  }
  return text
}
