import { textOf } from './bytes.ts'
import type { TenantChecked } from './check-tenants.ts'
import type { FindingCode, Findings } from './findings.ts'
import { isCount, isObject, objectOf } from './json.ts'
import { linesOf } from './lines.ts'
import { type Numbers, NumberSet } from './numbers.ts'
import { type PackageFile, PackageError } from './package-file.ts'
import { type PackageManifest, PROOFS, RECORDS } from './package-manifest.ts'
import { parsePlace, Places } from './places.ts'
import type { Pace } from './progress.ts'
import {
  isInLog,
  isInSegment,
  parseProof,
  parseSegment,
  type Proof,
  rebuildLine,
  type Segment,
} from './proof.ts'

const MAX_PROOF_LINE = 1024 * 1024

/** What became of the proofs. */
export interface RecordsChecked {
  /** Records that are proven to stand in a log whose signature holds. */
  readonly proven: number
  /** Lines of proofs.jsonl. */
  readonly proofs: number
  readonly firstSealedAt: string | undefined
  readonly lastSealedAt: string | undefined
}

/** Checks every line of proofs.jsonl against the record that it names, and that no record is without one. */
export async function checkRecords(
  files: ReadonlyMap<string, PackageFile>,
  manifest: PackageManifest,
  recordEnds: Numbers,
  tenants: readonly TenantChecked[],
  findings: Findings,
  pace: Pace,
): Promise<RecordsChecked> {
  const check = new RecordCheck(manifest, tenants, new Places(files, recordEnds), findings)
  pace.begin('Checking the proofs', manifest.provenRecords)
  try {
    const file = files.get(PROOFS)
    for await (const line of file === undefined ? [] : linesOf(file.chunks(), MAX_PROOF_LINE)) {
      await check.line(line && textOf(line))
      await pace.advance(1)
    }
    await check.finish()
  } catch (error) {
    if (!(error instanceof PackageError)) throw error
    findings.add(error.code, error.message)
  } finally {
    await check.places.close()
  }
  const sealed = [...check.sealed].toSorted()
  return {
    proven: check.proven,
    proofs: check.lines,
    firstSealedAt: sealed[0],
    lastSealedAt: sealed[sealed.length - 1],
  }
}

/** What a tenant's proofs have in common. */
interface Side {
  readonly tenant: TenantChecked
  /** The checkpoint that all its proofs carry: text of the manifest. */
  readonly note: string | null
  readonly sequences: NumberSet
  lines: number
  /** The segment of the proof before: neighbours lie in the same one, so its path is walked once. */
  last?: { readonly of: string; readonly segment: Segment | undefined; readonly inLog: boolean }
}

/** What one line of proofs.jsonl has shown. */
type Shown = { readonly segment: Segment } | { readonly code: FindingCode; readonly why: string }

class RecordCheck {
  readonly places: Places
  readonly sealed = new Set<string>()
  lines = 0
  proven = 0
  private readonly manifest: PackageManifest
  private readonly findings: Findings
  private readonly sides = new Map<string, Side>()

  constructor(
    manifest: PackageManifest,
    tenants: readonly TenantChecked[],
    places: Places,
    findings: Findings,
  ) {
    this.manifest = manifest
    this.places = places
    this.findings = findings
    for (const tenant of tenants) {
      const listed = manifest.tenants.find((one) => one.tenant === tenant.tenant)
      const note = listed?.checkpoint ?? null
      this.sides.set(tenant.tenant, { tenant, note, sequences: new NumberSet(), lines: 0 })
    }
  }

  async line(text: string | undefined): Promise<void> {
    this.lines += 1
    const fields = objectOf(text) ?? {}
    const { tenant, sequence } = fields
    const side = typeof tenant === 'string' ? this.sides.get(tenant) : undefined
    if (side) side.lines += 1
    const shown = await this.check(fields, side)
    if ('segment' in shown) {
      this.proven += 1
      this.sealed.add(shown.segment.sealedAt)
      return
    }
    const name = isCount(sequence) ? `Record ${sequence}` : `Line ${this.lines} of ${PROOFS}`
    this.findings.add(shown.code, `${name}: ${shown.why}.`, {
      file: PROOFS,
      ...(side && { tenant: side.tenant.tenant }),
      ...(isCount(sequence) && { sequence }),
    })
  }

  /** What can be said only once all proofs were read. */
  async finish(): Promise<void> {
    const { provenRecords, files } = this.manifest
    const listed = files.map(({ path }) => path)
    await this.places.checkComplete(listed, this.findings)
    if (provenRecords !== this.lines)
      this.findings.add(
        'COUNT_DIFFERS',
        `The export states ${provenRecords} proofs; there are ${this.lines}.`,
        { file: PROOFS },
      )
    for (const { tenant, lines } of this.sides.values()) {
      if (tenant.records !== lines)
        this.findings.add(
          'COUNT_DIFFERS',
          `The export states ${tenant.records} records of the tenant ${tenant.tenant}; there are ${lines}.`,
          { tenant: tenant.tenant },
        )
    }
  }

  /** In the order of docs/spec/export-format.md: the first thing that is wrong is what is told. */
  private async check(
    fields: Readonly<Record<string, unknown>>,
    side: Side | undefined,
  ): Promise<Shown> {
    const { sequence, envelope, proof: text } = fields
    const place = parsePlace(fields['place'])
    if (!side || !isCount(sequence) || !place || !isObject(envelope))
      return { code: 'PROOF_MALFORMED', why: 'the line is malformed' }
    if (!side.sequences.add(sequence))
      return { code: 'PROOF_REPEATED', why: 'there is another proof for this number' }
    const proof = parseProof(text)
    if (proof === undefined) return { code: 'PROOF_MALFORMED', why: 'its proof is malformed' }
    if (proof.checkpoint !== side.note)
      return {
        code: 'PROOF_MALFORMED',
        why: 'its proof belongs to another checkpoint than that of the manifest',
      }
    const where = place.kind === 'line' ? `line ${place.line} of ${RECORDS}` : place.file
    const record = await this.places.take(place)
    if (record === undefined) return { code: 'RECORD_MISSING', why: `it is not in ${where}` }
    if (record === 'again')
      return { code: 'PROOF_REPEATED', why: `${where} is already the text of another proof` }
    const { segment, inLog } = openSegment(side, proof, String(text))
    if (segment === undefined || proof.line >= segment.count)
      return { code: 'PROOF_MALFORMED', why: 'its proof names no segment that could hold it' }
    if (!inLog)
      return { code: 'PROOF_NOT_IN_LOG', why: 'its proof does not lead to the checkpoint' }
    const line = rebuildLine(envelope, record)
    const agrees =
      segment.first + proof.line === sequence &&
      envelope['sequence'] === sequence &&
      envelope['tenant'] === side.tenant.tenant
    if (!agrees || line === undefined || !isInSegment(line, proof, segment))
      return {
        code: 'RECORD_DIFFERS',
        why: `${where} is not the record that was archived under this number`,
      }
    return side.tenant.checkpoint === undefined
      ? { code: 'PROOF_NOT_IN_LOG', why: 'no signed checkpoint vouches for it' }
      : { segment }
  }
}

/** The segment that a proof names, and whether it stands in the log. */
function openSegment(
  side: Side,
  proof: Proof,
  text: string,
): { readonly segment: Segment | undefined; readonly inLog: boolean } {
  // Everything but the record's own part.
  const of = `${proof.manifest}\n${text.slice(text.indexOf('\nindex '))}`
  if (side.last?.of === of) return side.last
  const checkpoint = side.note === null ? undefined : side.tenant.parsed
  const segment = parseSegment(proof.manifest, side.tenant.tenant)
  const inLog = checkpoint !== undefined && isInLog(proof.manifest, proof, checkpoint)
  side.last = { of, segment, inLog }
  return side.last
}
