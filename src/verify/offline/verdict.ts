import type { Report } from './check-package.ts'
import type { TenantChecked } from './check-tenants.ts'
import { amount, bytesAsText, listed, momentAsText, thousands } from './words.ts'

/** How one part of a check ended: `open` is what only the reader can do. */
type Outcome = 'holds' | 'fails' | 'open' | 'absent'

export interface Check {
  readonly name: string
  readonly outcome: Outcome
  readonly text: string
}

/** What a check has shown, in the words of somebody who was never told what a checkpoint is. */
export interface Verdict {
  readonly tone: 'intact' | 'open' | 'broken'
  readonly title: string
  readonly summary: string
  readonly checks: readonly Check[]
  readonly proves: readonly string[]
  readonly doesNotProve: readonly string[]
}

type Contents = NonNullable<Report['contents']>

/** Puts a report into words. Parts of them are hostile text. */
export function verdictOn(report: Report): Verdict {
  const { findings, contents } = report
  if (contents === undefined) {
    return {
      tone: 'broken',
      title: 'NOT intact',
      summary: 'This could not be checked: its list of contents is missing or cannot be read.',
      checks: [],
      proves: [],
      doesNotProve: [],
    }
  }
  const checks = [
    ofFiles(report, contents),
    ofManifest(report, contents),
    ofRecords(report, contents),
    ofSignature(report, contents),
    ofKey(report, contents),
  ]
  if (findings.total > 0) {
    return {
      tone: 'broken',
      title: 'NOT intact',
      summary: `${amount(findings.total, 'finding')}. This is not, or not only, what was exported. Ask for a new copy, and keep this one.`,
      checks,
      proves: [],
      doesNotProve: [],
    }
  }
  const isCompared = compared(contents)
  return {
    tone: isCompared ? 'intact' : 'open',
    title: isCompared ? 'Intact' : 'Intact, if the key is the right one',
    summary: isCompared
      ? 'Everything in this export is as it was written, and signed with the key that you gave.'
      : 'Everything in this export fits together. What is left is yours to do: compare the fingerprint of the key with one that you got by another way than this export.',
    checks,
    proves: whatIsProven(contents),
    doesNotProve: whatIsNot(contents),
  }
}

const MANIFEST_FAULTS = [
  'MANIFEST_UNPROVEN',
  'MANIFEST_PROOF_INVALID',
  'MANIFEST_CHANGED',
  'KEY_INVALID',
] as const

const compared = ({ tenants }: Contents): boolean =>
  tenants.length > 0 && tenants.every((tenant) => tenant.compared)

/** `the archive “contoso”`; many are only counted here, their keys are listed below. */
function archives(tenants: readonly TenantChecked[]): string {
  if (tenants.length > 3) return `the archives of ${tenants.length} tenants`
  const names = listed(tenants.map(({ tenant }) => `“${tenant}”`))
  return tenants.length === 1 ? `the archive ${names}` : `the archives ${names}`
}

function ofFiles({ findings }: Report, { files, manifest }: Contents): Check {
  const name = 'Files'
  const all = manifest.files.length
  if (!findings.has('FILE_CHANGED', 'FILE_MISSING', 'FILE_EXTRA', 'UNREADABLE', 'ZIP_INVALID')) {
    const text = `${amount(all, 'file')} (${bytesAsText(files.bytes)}): each has the SHA-256 that the list of contents states. None is missing, and none was added.`
    return { name, outcome: 'holds', text }
  }
  const text = `Of ${amount(all, 'file')} that were exported, ${thousands(files.intact)} are here and unchanged.`
  return { name, outcome: 'fails', text }
}

function ofManifest({ findings }: Report, { tenants }: Contents): Check {
  const name = 'List of contents'
  if (tenants.length === 0) {
    const text = 'The export belongs to no archive, so nothing proves its manifest.json.'
    return { name, outcome: 'absent', text }
  }
  if (findings.has(...MANIFEST_FAULTS)) {
    const text = 'Nothing proves that this manifest.json is the one that was written.'
    return { name, outcome: 'fails', text }
  }
  const [first] = tenants
  const text = `manifest.json is the one that ${archives(tenants)} recorded when the export was made, on ${momentAsText(first?.loggedAt)}.`
  return { name, outcome: 'holds', text }
}

function ofRecords({ findings }: Report, { manifest, records }: Contents): Check {
  const name = 'Records'
  if (records === undefined) {
    const text = 'The export was made without proofs, so its records cannot be checked one by one.'
    return { name, outcome: 'absent', text }
  }
  const all = Math.max(manifest.provenRecords, records.proofs)
  const text =
    records.proven === all
      ? `${amount(all, 'record')}, each proven to be in the archive, letter for letter.`
      : `${amount(records.proven, 'record')} of ${thousands(all)} proven to be in the archive, letter for letter.`
  const fails = findings.has(
    'PROOF_MALFORMED',
    'PROOF_NOT_IN_LOG',
    'PROOF_REPEATED',
    'RECORD_MISSING',
    'RECORD_DIFFERS',
    'RECORD_UNPROVEN',
    'COUNT_DIFFERS',
    'CHECKPOINT_INVALID',
    'KEY_INVALID',
  )
  return { name, outcome: fails ? 'fails' : 'holds', text }
}

function ofSignature({ findings }: Report, { tenants }: Contents): Check {
  const name = 'Signature'
  if (findings.has('CHECKPOINT_INVALID', 'MANIFEST_PROOF_INVALID', 'KEY_INVALID')) {
    const text = 'A signature under the state of the archive is not genuine, or cannot be checked.'
    return { name, outcome: 'fails', text }
  }
  if (tenants.every(({ checkpoint }) => checkpoint === undefined)) {
    const text = 'There is no signed state of an archive that the records could be proven against.'
    return { name, outcome: 'absent', text }
  }
  const entries = tenants.reduce((sum, { checkpoint }) => sum + (checkpoint?.size ?? 0), 0)
  return {
    name,
    outcome: 'holds',
    text: `The state of ${archives(tenants)}, with ${amount(entries, 'entry', 'entries')} in ${tenants.length === 1 ? 'its log' : 'their logs'}, is signed with the ${tenants.length === 1 ? 'key' : 'keys'} below (Ed25519).`,
  }
}

function ofKey({ findings }: Report, contents: Contents): Check {
  const name = 'Key'
  if (findings.has('KEY_DIFFERS')) {
    return {
      name,
      outcome: 'fails',
      text: 'The export is signed with another key than the one that you gave.',
    }
  }
  if (findings.has('KEY_INVALID')) {
    return { name, outcome: 'fails', text: 'A key in the export cannot be used.' }
  }
  if (contents.tenants.length === 0) {
    return { name, outcome: 'absent', text: 'The export names none.' }
  }
  if (compared(contents)) {
    return { name, outcome: 'holds', text: 'It is the key that you gave.' }
  }
  const { foreign } = contents
  const text =
    foreign.length === 0
      ? 'Not compared yet. The key came with the export, so by itself it vouches for nothing.'
      : `Not compared: you gave the key of ${listed(foreign)}, which signed nothing in this export.`
  return { name, outcome: 'open', text }
}

function whatIsProven(contents: Contents): string[] {
  const { manifest, records, tenants, files } = contents
  const proves = []
  if (records !== undefined && records.proven > 0) {
    proves.push(
      `${amount(records.proven, 'record')} stood, letter for letter, in ${archives(tenants)} when its state was signed. Not one letter of them was changed since.`,
      `These records were sealed in the archive ${span(records.firstSealedAt, records.lastSealedAt)}. After that, nobody could change one unseen.`,
    )
  }
  const [first] = tenants
  if (first !== undefined)
    proves.push(
      `The ${amount(manifest.files.length, 'file')} (${bytesAsText(files.bytes)}) are the ones that were exported on ${momentAsText(first.loggedAt)}: nothing was removed, added or changed after that.`,
    )
  if (compared(contents)) proves.push('All this was signed with the key that you gave.')
  return proves
}

const span = (from: string | undefined, to: string | undefined): string =>
  from === to ? `on ${momentAsText(from)}` : `between ${momentAsText(from)} and ${momentAsText(to)}`

function whatIsNot(contents: Contents): string[] {
  const { records, tenants, manifest } = contents
  const not = []
  if (tenants.length === 0) not.push('Who made this export. No archive has signed anything in it.')
  else if (!compared(contents))
    not.push(
      'Whose key it is. Anyone can make such an export with a key of their own. Compare the fingerprint below with one that you got by another way: by telephone, on paper, or with an earlier delivery.',
    )
  if (records === undefined)
    not.push(
      'That single records are genuine: this export was made without proofs. Ask for one with proofs.',
    )
  not.push(
    'That Microsoft served everything, or served it unchanged. The archive vouches for what it was given, from the moment it was given.',
    'That the right question was asked. What was asked, and what the export says of its own completeness, stands below.',
  )
  if (records !== undefined)
    not.push(
      'That the data files say what the records say. They were derived from them when the export was made. The evidence is the records themselves: records.jsonl, rows-….csv and the folder “records”.',
    )
  if (manifest.all['state'] !== undefined && !isComplete(manifest.all['state']))
    not.push('That the export is complete: it says itself that it is not. See “State” below.')
  not.push(
    'That this page is genuine. If it came with the export, whoever changed the one could have changed the other. Use your own copy of the page, or the command “daybook verify --export”.',
  )
  return not
}

const isComplete = (state: unknown): boolean =>
  typeof state === 'object' && state !== null && 'complete' in state && state.complete === true
