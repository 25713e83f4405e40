import { join } from 'node:path'
import { ORIGIN_PREFIX } from '../../archive/layout.ts'
import { leafHash, rootFromInclusion, same } from '../../archive/merkle.ts'
import type { Manifest } from '../../archive/types.ts'
import { isObject, parseObject } from '../../platform/json-object.ts'
import { parseProof, readManifest, rebuildLine, type ProofParts } from '../verify-proof.ts'
import type { CheckedTenant } from './check-tenants.ts'
import type { ExportFindingCode, ExportFindings } from './findings.ts'
import { linesOf } from './lines.ts'
import { isCount, LINES, PROOFS, type PackageManifest } from './package-manifest.ts'
import { parsePlace, Places } from './places.ts'

export interface ProofsChecked {
  /** Lines of `proofs.jsonl`. */
  readonly proofs: number
  /** Records that are what was archived, under a signed checkpoint. */
  readonly proven: number
}

type Verdict =
  | { readonly proven: true; readonly tenant: string }
  | {
      readonly proven: false
      readonly tenant: string | null
      readonly finding: ExportFindingCode
      readonly why: string
    }

/** A proof has 4 kB, an envelope less. */
const MAX_PROOF_LINE = 1024 * 1024

/** Steps 6 and 7: every proof, and that every record has one. */
export async function checkProofs(
  root: string,
  there: ReadonlySet<string>,
  manifest: PackageManifest,
  tenants: readonly CheckedTenant[],
  findings: ExportFindings,
  onProof: () => void,
): Promise<ProofsChecked> {
  const places = await Places.open(root, there)
  const check = new ProofCheck(manifest, tenants, places)
  const ofTenant = new Map<string, number>()
  let proofs = 0
  let proven = 0
  if (there.has(PROOFS)) {
    for await (const line of linesOf(join(root, PROOFS), MAX_PROOF_LINE)) {
      proofs += 1
      const verdict = check.line(line)
      if (verdict.tenant !== null)
        ofTenant.set(verdict.tenant, (ofTenant.get(verdict.tenant) ?? 0) + 1)
      if (verdict.proven) proven += 1
      else findings.add(`${PROOFS}#${proofs}`, verdict.finding, verdict.why)
      onProof()
    }
  }
  places.reportUnproven(findings)
  const differs = (object: string, what: string, found: number, said: number): void => {
    if (found !== said)
      findings.add(object, 'COUNT_DIFFERS', `${what}: ${found}, the manifest says ${said}`)
  }
  differs(PROOFS, 'proofs', proofs, manifest.proofCount)
  for (const { tenant, records } of tenants)
    differs(PROOFS, `proofs of ${tenant}`, ofTenant.get(tenant) ?? 0, records)
  for (const [path, count] of [
    [LINES, places.lines],
    [PROOFS, proofs],
  ] as const) {
    const rows = manifest.files.find((file) => file.path === path)?.rows
    if (there.has(path) && rows !== undefined && rows !== null) differs(path, 'lines', count, rows)
  }
  return { proofs, proven }
}

/** What the proof before had in common with this one: neighbours lie in one segment. */
interface Known {
  readonly of: string
  readonly manifest: Manifest | undefined
  readonly inLog: boolean
}

class ProofCheck {
  readonly #manifest: PackageManifest
  readonly #tenants: ReadonlyMap<string, CheckedTenant>
  readonly #places: Places
  readonly #seen = new Map<string, Set<number>>()
  #known: Known | null = null

  constructor(manifest: PackageManifest, tenants: readonly CheckedTenant[], places: Places) {
    this.#manifest = manifest
    this.#tenants = new Map(tenants.map((tenant) => [tenant.tenant, tenant]))
    this.#places = places
  }

  line(text: string): Verdict {
    const line = parseObject(text)
    const { tenant, sequence, envelope, proof } = line ?? {}
    const checked = typeof tenant === 'string' ? this.#tenants.get(tenant) : undefined
    const name = checked?.tenant ?? null
    const failed = (finding: ExportFindingCode, why: string): Verdict => ({
      proven: false,
      tenant: name,
      finding,
      why,
    })
    const place = parsePlace(line?.['place'])
    if (place === undefined || !isCount(sequence) || !isObject(envelope) || checked === undefined)
      return failed('PROOF_MALFORMED', 'the line is malformed, or of no tenant of this export')
    if (typeof proof !== 'string') return failed('PROOF_MALFORMED', 'it holds no proof')
    const which = `record ${sequence}`
    const seen = this.#seen.get(checked.tenant) ?? new Set()
    this.#seen.set(checked.tenant, seen)
    if (seen.has(sequence)) return failed('PROOF_REPEATED', `${which} was proven before`)
    seen.add(sequence)
    const parts = parseProof(proof)
    if (typeof parts === 'string') return failed('PROOF_MALFORMED', `${which}: ${parts}`)
    const listed = this.#manifest.tenants.find((one) => one.tenant === checked.tenant)
    if (parts.checkpoint !== listed?.checkpoint)
      return failed('PROOF_MALFORMED', `${which}: it is under another checkpoint than the export`)
    const taken = this.#places.take(place)
    if (taken === undefined)
      return failed('RECORD_MISSING', `${which} is not in ${place.file} where it should be`)
    if (taken.again)
      return failed('PROOF_REPEATED', `${which} is at a place that another proof is for`)
    const { manifest, inLog } = this.#segment(parts, checked)
    if (manifest === undefined || parts.line >= manifest.count)
      return failed('PROOF_MALFORMED', `${which}: the log entry is no manifest that holds it`)
    if (!inLog) return failed('PROOF_NOT_IN_LOG', `${which}: its segment is not in the signed log`)
    if (
      manifest.first + parts.line !== sequence ||
      envelope['sequence'] !== sequence ||
      envelope['tenant'] !== checked.tenant ||
      !isIn(taken.bytes, envelope, parts, manifest)
    )
      return failed('RECORD_DIFFERS', `${which} is not what was archived`)
    return { proven: true, tenant: checked.tenant }
  }

  #segment(parts: ProofParts, { tenant, checkpoint }: CheckedTenant): Known {
    const of = `${tenant} ${parts.index} ${parts.manifest} ${parts.logPath.map(String).join(' ')}`
    if (this.#known?.of === of) return this.#known
    const entry = Buffer.from(parts.manifest)
    const root =
      checkpoint && rootFromInclusion(parts.index, checkpoint.size, leafHash(entry), parts.logPath)
    const inLog = root !== undefined && checkpoint !== undefined && same(root, checkpoint.root)
    const manifest = readManifest(entry, parts.index, `${ORIGIN_PREFIX}${tenant}`)
    this.#known = { of, manifest, inLog }
    return this.#known
  }
}

/** Whether the bytes, put into their envelope, are the line that the segment holds. */
function isIn(
  bytes: Buffer,
  envelope: Readonly<Record<string, unknown>>,
  parts: ProofParts,
  manifest: Manifest,
): boolean {
  const text = bytes.toString('utf8')
  const isText = Buffer.from(text).equals(bytes)
  const raw = isText ? { raw: text } : { rawBase64: bytes.toString('base64') }
  const line = rebuildLine({ ...envelope, ...raw })
  if (line === undefined) return false
  const root = rootFromInclusion(
    parts.line,
    manifest.count,
    leafHash(Buffer.from(line)),
    parts.path,
  )
  return root !== undefined && Buffer.from(root).toString('base64') === manifest.recordsRoot
}
