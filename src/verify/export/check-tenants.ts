import { hash } from 'node:crypto'
import { openCheckpoint } from '../../archive/checkpoint.ts'
import { ORIGIN_PREFIX } from '../../archive/layout.ts'
import { leafHash, rootFromInclusion, same } from '../../archive/merkle.ts'
import { parseVerifierKey, type VerifierKey } from '../../archive/note.ts'
import type { Checkpoint } from '../../archive/types.ts'
import { parseObject } from '../../platform/json-object.ts'
import { parseLogProof } from '../verify-proof.ts'
import type { ExportFindings } from './findings.ts'
import {
  MANIFEST,
  MANIFEST_PROOFS,
  type ListedTenant,
  type PackageManifest,
} from './package-manifest.ts'

/** A tenant of the package with what vouches for its records. */
export interface CheckedTenant {
  readonly tenant: string
  /** Whether the key came by another way, or is believed as it stands in the manifest. */
  readonly key: 'given' | 'manifest' | 'none'
  /** SHA-256 of the key's text, hex; to be compared. */
  readonly fingerprint: string
  /** The signed checkpoint that proofs must carry; undefined where none holds. */
  readonly checkpoint: Checkpoint | undefined
  readonly records: number
}

/** Steps 3 to 5: keys, checkpoints, and that the manifest is the one in the log. */
export function checkTenants(
  manifest: PackageManifest,
  manifestSha256: string,
  proofs: string,
  given: readonly VerifierKey[],
  findings: ExportFindings,
): CheckedTenant[] {
  const lines = proofs.split('\n').filter((line) => line !== '')
  const parsed = lines.map((line) => parseObject(line))
  if (manifest.tenants.length === 0)
    findings.add(MANIFEST, 'MANIFEST_UNPROVEN', 'it names no tenant: nobody has signed this export')
  const names = new Set(manifest.tenants.map(({ tenant }) => `${ORIGIN_PREFIX}${tenant}`))
  if (given.length > 0 && !given.some(({ name }) => names.has(name)))
    findings.add(MANIFEST, 'KEY_DIFFERS', 'no key that was given is of a tenant of this export')
  return manifest.tenants.map((listed) => {
    const { tenant, checkpoint } = listed
    const { key, origin } = keyOf(listed, given, findings)
    const opened =
      key === undefined || checkpoint === null ? undefined : openCheckpoint(checkpoint, key)
    if (typeof opened === 'string')
      findings.add(MANIFEST, 'CHECKPOINT_INVALID', `the checkpoint of ${tenant}: ${opened}`)
    const own = parsed.filter((line) => line?.['tenant'] === tenant)
    if (own.length !== 1)
      findings.add(
        MANIFEST_PROOFS,
        'MANIFEST_UNPROVEN',
        `it has ${own.length} lines for ${tenant}, not one`,
      )
    else if (key !== undefined) checkEntry(own[0] ?? {}, tenant, key)
    return {
      tenant,
      key: origin,
      fingerprint: key === undefined ? '' : hash('sha256', key.text, 'hex'),
      checkpoint: typeof opened === 'string' ? undefined : opened,
      records: listed.records,
    }
  })

  function checkEntry(
    line: Readonly<Record<string, unknown>>,
    tenant: string,
    key: VerifierKey,
  ): void {
    const failed = (why: string): void =>
      findings.add(MANIFEST_PROOFS, 'MANIFEST_PROOF_INVALID', `the proof for ${tenant}: ${why}`)
    const { entry, proof } = line
    if (typeof entry !== 'string' || typeof proof !== 'string') {
      failed('it is malformed')
      return
    }
    const parts = parseLogProof(proof)
    if (typeof parts === 'string') {
      failed(parts)
      return
    }
    const signed = openCheckpoint(parts.checkpoint, key)
    if (typeof signed === 'string') {
      failed(signed)
      return
    }
    const leaf = leafHash(Buffer.from(entry))
    const root = rootFromInclusion(parts.index, signed.size, leaf, parts.logPath)
    const body = parseObject(entry)
    if (root === undefined || !same(root, signed.root)) failed('its entry is not in the log')
    else if (body?.['kind'] !== 'export' || body['tenant'] !== tenant)
      failed('the log entry is no export of this tenant')
    else if (body['export'] !== manifest.export || body['manifestSha256'] !== manifestSha256)
      findings.add(
        MANIFEST,
        'MANIFEST_CHANGED',
        `it is not the manifest that the log of ${tenant} names`,
      )
  }
}

function keyOf(
  { tenant, publicKey }: ListedTenant,
  given: readonly VerifierKey[],
  findings: ExportFindings,
): { readonly key: VerifierKey | undefined; readonly origin: CheckedTenant['key'] } {
  const name = `${ORIGIN_PREFIX}${tenant}`
  const known = given.find((key) => key.name === name)
  if (known !== undefined) {
    if (known.text !== publicKey.trim())
      findings.add(MANIFEST, 'KEY_DIFFERS', `the key of ${tenant} is not the one that was given`)
    return { key: known, origin: 'given' }
  }
  const own = parseVerifierKey(publicKey)
  if (own?.name === name) return { key: own, origin: 'manifest' }
  findings.add(MANIFEST, 'KEY_INVALID', `the key of ${tenant} is malformed or another's`)
  return { key: undefined, origin: 'none' }
}
