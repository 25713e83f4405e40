import type { Dlp } from './record.ts'
import { fieldsOf, objectsOf, respelled, word } from './fields.ts'
import type { Fields } from './fields.ts'

/** What data loss prevention did, and the names (else ids) of the policies that say so. */
export interface DlpVerdict {
  readonly dlp: Dlp | null
  readonly policies: readonly string[]
}

const UNKNOWN: DlpVerdict = { dlp: null, policies: [] }
const NONE: DlpVerdict = { dlp: 'none', policies: [] }

/**
 * Reads PolicyDetails in each of its forms: a list of policies with rules, one policy as an object, JSON text, "".
 * Blocked needs an action that blocks and a rule that is enforced; a policy that merely matched, audits or is being
 * tested is `audited`. A failure status alone and DLPEvaluationDeferred are no DLP at all (interface reference c).
 */
export function dlpOf(policyDetails: unknown): DlpVerdict {
  if (policyDetails === undefined || policyDetails === null) return UNKNOWN
  const served = typeof policyDetails === 'string' ? jsonOr(policyDetails) : policyDetails
  const policies = objectsOf(served)
  if (policies.length === 0) return NONE
  const names: string[] = []
  let blocked = false
  for (const policy of policies) {
    const name = word(policy['PolicyName']) ?? word(policy['PolicyId'])
    if (name !== null && !names.includes(name) && names.length < 100) names.push(name)
    blocked ||= policyBlocks(policy)
  }
  return { dlp: blocked ? 'blocked' : 'audited', policies: names }
}

/** The stronger of two verdicts: blocked, then audited, then none, then unknown. */
export function strongerDlp(a: Dlp | null, b: Dlp | null): Dlp | null {
  if (a === 'blocked' || b === 'blocked') return 'blocked'
  if (a === 'audited' || b === 'audited') return 'audited'
  return a ?? b
}

function policyBlocks(policy: Fields): boolean {
  if (blocks(policy['Action']) || blocks(policy['Actions'])) return isEnforced(policy)
  for (const rule of objectsOf(policy['Rules'])) {
    if ((blocks(rule['Actions']) || blocks(rule['Action'])) && isEnforced(rule)) return true
  }
  return false
}

function blocks(action: unknown): boolean {
  if (typeof action === 'string') return action.toLowerCase().includes('block')
  return Array.isArray(action) && action.some((entry) => typeof entry === 'string' && blocks(entry))
}

// Absent: the exports that leave RuleMode out only tell of rules that acted.
function isEnforced(rule: Fields): boolean {
  const mode = word(rule['RuleMode'])
  return mode === null || !/^(?:audit|test|simul|disab|off)/i.test(mode)
}

function jsonOr(text: string): unknown {
  const trimmed = text.trim()
  if (trimmed.startsWith('[')) return fieldsOf(`{"list":${trimmed}}`)?.['list'] ?? null
  const fields = fieldsOf(trimmed)
  return fields === null ? null : respelled(fields)
}
