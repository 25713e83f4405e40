import { Hono } from 'hono'
import { proveRecord } from '../../archive/proof.ts'
import { CodedError } from '../../platform/errors.ts'
import { itemsById } from '../../query/search.ts'
import type { AppContext } from '../context.ts'
import { openIndexOf } from '../index-state.ts'
import { itemOf } from '../item-view.ts'
import { looked } from '../look.ts'
import { placeOfSequence, type Place } from '../sequence.ts'

/** POST /api/v1/proofs {id}: the proof of one record, its line and the key that a stranger needs. Seals what is open. */
export function proofRoutes(app: AppContext): Hono {
  return new Hono().post('/api/v1/proofs', async (context) => {
    const body: unknown = await context.req.json()
    const id = typeof body === 'object' && body !== null && 'id' in body ? String(body.id) : ''
    const { tenant, sequence } = await looked(app, 'prove', { id }, () => placeOf(app, id))
    const writer = await app.archives.writer(tenant)
    const reader = await app.archives.reader(tenant)
    await reader.refresh()
    if (reader.segmentOf(sequence)?.state !== 'sealed') {
      await writer.seal('records')
      await reader.refresh()
    }
    const { proof, line } = await proveRecord(reader, sequence)
    const [record] = await app.readRecords(tenant, [sequence])
    return context.json({
      tenant,
      sequence,
      proof,
      line: Buffer.from(line).toString('utf8'),
      raw: record?.raw ?? '',
      publicKey: app.publicKey(tenant),
    })
  })
}

// A sequence (`<tenant>/<number>` or a number where there is one tenant), or an id that one record alone answers to.
async function placeOf(app: AppContext, id: string): Promise<Place> {
  const place = await placeOfSequence(app, id)
  if (place !== undefined) return place
  const rows = await itemsById(openIndexOf(app), id)
  const places: Place[] = []
  for (const row of rows) {
    const { records } = await itemOf(app, row.tenantId, row.id, row.sequences)
    const own = records.filter(({ nativeId }) => nativeId === id)
    for (const { part } of own.length > 0 ? own : records)
      places.push({ tenant: row.tenantId, sequence: part.sequence })
  }
  const [first] = places
  if (first === undefined) {
    throw new CodedError(
      'NOT_FOUND',
      `Nothing here has the id "${id.slice(0, 100)}": give a record's id or its sequence number`,
    )
  }
  if (places.length > 1) {
    const list = places.slice(0, 10).map(({ sequence }) => sequence)
    throw new CodedError(
      'USAGE',
      `"${id.slice(0, 100)}" names ${places.length} records (sequences ${list.join(', ')}${places.length > 10 ? ', …' : ''}): prove one of them by its sequence number`,
    )
  }
  return first
}
