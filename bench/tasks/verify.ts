import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { proveRecord } from '../../src/archive/proof.ts'
import { openReader } from '../../src/archive/reader.ts'
import { verifyArchive } from '../../src/verify/index.ts'

export interface DataInput {
  readonly dataDir: string
}

export interface VerifyFigures {
  readonly records: number
  readonly findings: number
  readonly seconds: number
}

export interface ProofFigures {
  readonly proofs: number
  readonly mostBytes: number
  readonly ms: readonly number[]
}

/** Verifies everything twice; the second time counts, the files being in memory. */
export async function verifyAll({ dataDir }: DataInput): Promise<VerifyFigures> {
  await verifyArchive(dataDir)
  const started = performance.now()
  const { records, findings } = await verifyArchive(dataDir)
  const seconds = (performance.now() - started) / 1_000
  return { records, findings: findings.length, seconds }
}

const WARM_UPS = 20
const PROOFS = 200

/** Proves records from all over the archive, one after the other. */
export async function proveSome({ dataDir }: DataInput): Promise<ProofFigures> {
  const reader = await openReader(tenantFolder(dataDir))
  const last = reader.segments('records').findLast(({ state }) => state === 'sealed')
  if (last === undefined) throw new Error('no segment is sealed yet: there is nothing to prove')
  const sealed = last.first + last.count
  const ms: number[] = []
  let mostBytes = 0
  for (let n = 0; n < WARM_UPS + PROOFS; n += 1) {
    // Far apart and the same in every run: multiples of the golden section.
    const sequence = Math.floor(((n * 0.618_033_988_75) % 1) * sealed)
    const started = performance.now()
    const { proof } = await proveRecord(reader, sequence)
    if (n >= WARM_UPS) ms.push(performance.now() - started)
    mostBytes = Math.max(mostBytes, Buffer.byteLength(proof))
  }
  return { proofs: ms.length, mostBytes, ms }
}

/** The corpus has one tenant. */
export function tenantFolder(dataDir: string): string {
  const root = join(dataDir, 'archive')
  const [tenant] = existsSync(root) ? readdirSync(root) : []
  if (tenant === undefined) throw new Error(`nothing is archived in ${dataDir}`)
  return join(root, tenant)
}
