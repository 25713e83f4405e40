import { textOf } from './bytes.ts'
import type { TenantChecked } from './check-tenants.ts'
import type { Findings } from './findings.ts'
import { isCount, isObject, objectOf } from './json.ts'
import { linesOf } from './lines.ts'
import { Numbers } from './numbers.ts'
import { type PackageFile, PackageError } from './package-file.ts'
import { type PackageManifest, PROOFS } from './package-manifest.ts'
import { parsePlace, type Place, Places } from './places.ts'
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
  readonly sequences: Numbers
  /** The segment of the proof before: neighbours lie in the same one, so its path is walked once. */
  last?: { readonly of: string; readonly segment: Segment | undefined; readonly inLog: boolean }
}

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
      this.sides.set(tenant.tenant, { tenant, note, sequences: new Numbers() })
    }
  }

  async line(text: string | undefined): Promise<void> {
    this.lines += 1
    const fields = objectOf(text) ?? {}
    const { tenant, sequence, envelope, proof: proofText } = fields
    const side = typeof tenant === 'string' ? this.sides.get(tenant) : undefined
    const place = parsePlace(fields['place'])
    const proof = parseProof(proofText)
    const about = {
      file: PROOFS,
      ...(side && { tenant: side.tenant.tenant }),
      ...(isCount(sequence) && { sequence }),
    }
    const name = isCount(sequence) ? `Record ${sequence}` : `Line ${this.lines} of ${PROOFS}`
    if (side && isCount(sequence)) side.sequences.push(sequence)
    if (place && !this.places.claim(place))
      this.findings.add(
        'PROOF_REPEATED',
        `${name}: its text is already that of another proof.`,
        about,
      )
    if (!side || !isCount(sequence) || !place || !proof || !isObject(envelope)) {
      this.findings.add('PROOF_MALFORMED', `${name}: its proof is malformed.`, about)
      return
    }
    if (proof.checkpoint !== side.note) {
      this.findings.add(
        'PROOF_MALFORMED',
        `${name}: its proof belongs to another checkpoint than that of the manifest.`,
        about,
      )
      return
    }
    const { segment, inLog } = openSegment(side, proof, String(proofText))
    if (segment === undefined || proof.line >= segment.count) {
      this.findings.add(
        'PROOF_MALFORMED',
        `${name}: its proof names no segment that could hold it.`,
        about,
      )
      return
    }
    if (!inLog) {
      this.findings.add(
        'PROOF_NOT_IN_LOG',
        `${name}: its proof does not lead to the checkpoint.`,
        about,
      )
      return
    }
    await this.record(place, { proof, segment, sequence, envelope, side }, name, about)
  }

  /** What can be said only once all proofs were read. */
  async finish(): Promise<void> {
    await this.places.checkComplete(this.findings)
    const { provenRecords } = this.manifest
    if (provenRecords !== this.lines)
      this.findings.add(
        'COUNT_DIFFERS',
        `The export states ${provenRecords} proofs; there are ${this.lines}.`,
        { file: PROOFS },
      )
    for (const {
      tenant: { tenant, records },
      sequences,
    } of this.sides.values()) {
      if (records !== sequences.length)
        this.findings.add(
          'COUNT_DIFFERS',
          `The export states ${records} records of the tenant ${tenant}; there are ${sequences.length}.`,
          { tenant },
        )
      for (const sequence of sequences.repeated())
        this.findings.add('PROOF_REPEATED', `Record ${sequence} is proven more than once.`, {
          file: PROOFS,
          tenant,
          sequence,
        })
    }
  }

  private async record(
    place: Place,
    claim: {
      readonly proof: Proof
      readonly segment: Segment
      readonly sequence: number
      readonly envelope: Readonly<Record<string, unknown>>
      readonly side: Side
    },
    name: string,
    about: { readonly file: string; readonly tenant?: string; readonly sequence?: number },
  ): Promise<void> {
    const { proof, segment, sequence, envelope, side } = claim
    const where = place.kind === 'line' ? `line ${place.line} of records.jsonl` : place.file
    const bytes = await this.places.read(place)
    if (bytes === undefined) {
      this.findings.add('RECORD_MISSING', `${name}: ${where} is not there.`, about)
      return
    }
    const line = rebuildLine(envelope, bytes)
    const agrees =
      segment.first + proof.line === sequence &&
      envelope['sequence'] === sequence &&
      envelope['tenant'] === side.tenant.tenant
    if (!agrees || line === undefined || !isInSegment(line, proof, segment)) {
      this.findings.add(
        'RECORD_DIFFERS',
        `${name}: ${where} is not the record that was archived under this number.`,
        about,
      )
      return
    }
    if (side.tenant.checkpoint === undefined) return
    this.proven += 1
    this.sealed.add(segment.sealedAt)
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
