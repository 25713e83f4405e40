import { parentPort } from 'node:worker_threads'
import { CodedError } from '../platform/errors.ts'
import { compare } from './compare.ts'
import { load } from './load.ts'
import { pack } from './pack.ts'
import { prepare } from './prepare.ts'
import type { Answers, Call, Reply, RequestType } from './protocol.ts'
import { tallyArchived } from './collect/tally-archived.ts'
import { extend, rows } from './rows.ts'
import type { HeldBatch } from './held-batch.ts'
import { ImportBatch } from './import-batch.ts'

// A worker's batches: what was parsed once serves packing and indexing too.
const held = new Map<number, HeldBatch>()

type Answered<T extends RequestType> = {
  readonly answer: Answers[T]
  readonly transfer?: readonly ArrayBufferLike[]
}

const HANDLERS: { readonly [T in RequestType]: (request: Call<T>['request']) => Answered<T> } = {
  prepare(request) {
    const { batch, prepared } = prepare(request)
    held.set(request.batch, batch)
    return { answer: prepared }
  },
  load(request) {
    const { batch, loaded } = load(request)
    held.set(request.batch, batch)
    return { answer: loaded }
  },
  compare: (request) => ({ answer: compare(importBatchOf(request.batch), request) }),
  pack(request) {
    const answer = pack(importBatchOf(request.batch), request)
    return {
      answer,
      transfer: answer.groups.flat().flatMap(({ bytes, leaves }) => [bytes.buffer, leaves.buffer]),
    }
  },
  extend: (request) => ({ answer: extend(batchOf(request.batch), request) }),
  rows(request) {
    const answer = rows(batchOf(request.batch), request)
    return { answer, transfer: [answer.items.buffer, answer.records.buffer, answer.links.buffer] }
  },
  tally: (request) => ({ answer: tallyArchived(request) }),
  drop(request) {
    held.get(request.batch)?.release()
    held.delete(request.batch)
    return { answer: null }
  },
}

function batchOf(number: number): HeldBatch {
  const batch = held.get(number)
  if (batch === undefined) throw new Error(`batch ${number} is not held by this worker`)
  return batch
}

function importBatchOf(number: number): ImportBatch {
  const batch = batchOf(number)
  if (!(batch instanceof ImportBatch)) throw new Error(`batch ${number} is not one of an import`)
  return batch
}

parentPort?.on('message', (call: Call) => {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type of a call and its request belong together
    const handler = HANDLERS[call.type] as (request: Call['request']) => Answered<RequestType>
    const { answer, transfer = [] } = handler(call.request)
    const own = [...new Set(transfer)].filter((buffer) => buffer instanceof ArrayBuffer)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, no window
    parentPort?.postMessage({ id: call.id, answer } satisfies Reply, own)
  } catch (error) {
    const fault =
      error instanceof CodedError
        ? { code: error.code, message: error.message }
        : {
            code: null,
            message: error instanceof Error ? (error.stack ?? error.message) : String(error),
          }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, no window
    parentPort?.postMessage({ id: call.id, fault } satisfies Reply)
  }
})
