import { fromBase64, same, toHex, utf8 } from './bytes.ts'
import type { Findings } from './findings.ts'
import type { GivenKeys } from './given-keys.ts'
import { objectOf } from './json.ts'
import {
  type Checkpoint,
  isSignedBy,
  parseCheckpoint,
  parseVerifierKey,
  type VerifierKey,
} from './note.ts'
import type { ListedTenant, PackageManifest } from './package-manifest.ts'
import { isInLog, parseLogProof } from './proof.ts'
import { sha256 } from './sha256.ts'
import { verifySignature } from './signature.ts'

/** One tenant of the package: whose key vouches for it, and what that key has signed. */
export interface TenantChecked {
  readonly tenant: string
  /** The key that its signatures were checked with; undefined when there is none that could be used. */
  readonly key: VerifierKey | undefined
  /** SHA-256 of the key's text, in hex. */
  readonly fingerprint: string | undefined
  /** Whether the key is the one that the reader got elsewhere. */
  readonly compared: boolean
  /** The state of the archive that the records are proven against, whether its signature holds or not. */
  readonly parsed: Checkpoint | undefined
  /** The same, if its signature holds. */
  readonly checkpoint: Checkpoint | undefined
  /** When the archive logged that this manifest was written; undefined unless that is proven. */
  readonly loggedAt: string | undefined
  readonly records: number
}

/** SHA-256 of a verifier key's text, in hex: short enough to be read out. */
const fingerprintOf = (key: VerifierKey): string => toHex(sha256(utf8(key.text)))

/** Checks the key, the checkpoint and the manifest's proof of each tenant. */
export async function checkTenants(
  manifest: PackageManifest,
  manifestHash: Uint8Array,
  proofLines: readonly (string | undefined)[],
  given: GivenKeys,
  findings: Findings,
): Promise<TenantChecked[]> {
  const proofs = proofLines.map(objectOf)
  const checked: TenantChecked[] = []
  if (manifest.tenants.length === 0)
    findings.add('MANIFEST_UNPROVEN', 'The list of contents names no tenant: nobody has signed it.')
  for (const listed of manifest.tenants) {
    const { tenant, records } = listed
    const { key, compared } = chooseKey(listed, given, findings)
    const parsed = parseCheckpoint(listed.checkpoint)
    const checkpoint = await openCheckpoint(listed, parsed, key, findings)
    const own = proofs.filter((proof) => proof?.['tenant'] === tenant)
    const [proof] = own
    let loggedAt: string | undefined
    if (proof === undefined || own.length > 1)
      findings.add(
        'MANIFEST_UNPROVEN',
        `manifest-proofs.jsonl has ${own.length === 0 ? 'no' : 'more than one'} proof for the tenant ${tenant}.`,
        { tenant },
      )
    else if (key !== undefined)
      loggedAt = await checkManifestProof(proof, manifest, manifestHash, tenant, key, findings)
    const fingerprint = key && fingerprintOf(key)
    checked.push({ tenant, records, key, compared, fingerprint, parsed, checkpoint, loggedAt })
  }
  return checked
}

function chooseKey(
  { tenant, publicKey }: ListedTenant,
  given: GivenKeys,
  findings: Findings,
): { readonly key: VerifierKey | undefined; readonly compared: boolean } {
  const name = `daybook/${tenant}`
  const parsed = parseVerifierKey(publicKey)
  const stated = parsed?.name === name && parsed.text === publicKey ? parsed : undefined
  const handedOut = given.keys.find((key) => key.name === name)
  if (handedOut !== undefined) {
    if (handedOut.text !== publicKey)
      findings.add(
        'KEY_DIFFERS',
        `The export of the tenant ${tenant} names another key than the one you gave.`,
        { tenant },
      )
    return { key: handedOut, compared: true }
  }
  if (stated === undefined)
    findings.add(
      'KEY_INVALID',
      `The public key of the tenant ${tenant} is malformed, or is another tenant's.`,
      { tenant },
    )
  const compared = stated !== undefined && given.fingerprints.includes(fingerprintOf(stated))
  return { key: stated, compared }
}

async function openCheckpoint(
  { tenant, checkpoint: note }: ListedTenant,
  parsed: Checkpoint | undefined,
  key: VerifierKey | undefined,
  findings: Findings,
): Promise<Checkpoint | undefined> {
  if (note === null || key === undefined) return undefined
  if (parsed !== undefined && (await isSignedBy(parsed, key, verifySignature))) return parsed
  findings.add(
    'CHECKPOINT_INVALID',
    `The checkpoint of the tenant ${tenant} is not signed with ${key.text}.`,
    { tenant },
  )
  return undefined
}

/** When the archive logged this manifest; undefined, with a finding, unless that is proven. */
async function checkManifestProof(
  line: Readonly<Record<string, unknown>>,
  manifest: PackageManifest,
  manifestHash: Uint8Array,
  tenant: string,
  key: VerifierKey,
  findings: Findings,
): Promise<string | undefined> {
  const { entry, proof: text } = line
  const proof = parseLogProof(text)
  const checkpoint = parseCheckpoint(proof?.checkpoint)
  const body = typeof entry === 'string' ? objectOf(entry) : undefined
  const genuine =
    typeof entry === 'string' &&
    proof !== undefined &&
    checkpoint !== undefined &&
    (await isSignedBy(checkpoint, key, verifySignature)) &&
    isInLog(entry, proof, checkpoint) &&
    body?.['kind'] === 'export' &&
    body['tenant'] === tenant
  if (!genuine) {
    findings.add(
      'MANIFEST_PROOF_INVALID',
      `The proof that the archive of the tenant ${tenant} knows this export does not hold.`,
      { tenant },
    )
    return undefined
  }
  const logged = fromBase64(body['manifestSha256'])
  if (logged === undefined || !same(logged, manifestHash) || body['export'] !== manifest.export) {
    findings.add(
      'MANIFEST_CHANGED',
      `The archive of the tenant ${tenant} has recorded another manifest.json for this export.`,
      { tenant },
    )
    return undefined
  }
  return typeof body['at'] === 'string' ? body['at'] : undefined
}
