import type { CreditBasis, CreditEstimate } from './item.ts'
import type { Agent, Flag, Kind } from './record.ts'

/** What an exchange's price depends on. */
export interface Priced {
  readonly kind: Kind
  /** An audit record tells of it; without one, neither agent nor model is known. */
  readonly audited: boolean
  readonly agent: Agent | null
  /** All messages, prompts included. */
  readonly messages: number
  readonly answers: number
  readonly tenantGrounded: Flag
  readonly deepReasoning: boolean
}

/** One state of what Microsoft charges and how it is recognised; a new state is a new rule set, never an edit. */
interface CreditRules extends CreditRates {
  /** null: cannot be judged. */
  readonly basisOf: (priced: Priced) => CreditBasis | null
}

/** Copilot credits for what records show. Classic answers, flows and content processing leave no trace in them. */
export interface CreditRates {
  readonly perAnswer: number
  readonly perGroundedAnswer: number
  readonly perDeepReasoning: number
}

export const CREDIT_RULE_SETS = ['v1.2', 'brief-004'] as const

export type CreditRuleSet = (typeof CREDIT_RULE_SETS)[number]

/** Today's: Microsoft's rates of March 2026, charged for custom-engine agents alone. */
export const DEFAULT_CREDIT_RULES: CreditRuleSet = 'v1.2'

/** The model whose use means deep reasoning. */
export const DEEP_REASONING_MODEL = 'deep_leo'

/** Sources: docs/spec/reconciliation.md, "Credits". */
const RULES: Readonly<Record<CreditRuleSet, CreditRules>> = {
  'brief-004': {
    perAnswer: 2,
    perGroundedAnswer: 10,
    perDeepReasoning: 5,
    basisOf: ({ agent, messages }) => {
      if (agent === null) return 'NoAgent'
      return messages === 0 ? 'NoMessages' : 'AnyAgent'
    },
  },
  'v1.2': {
    perAnswer: 2,
    perGroundedAnswer: 10,
    perDeepReasoning: 5,
    basisOf: ({ agent, messages }) => {
      if (agent === null) return 'NoAgent'
      if (agent.origin === 'microsoft') return 'MicrosoftAgent'
      if (agent.kind === 'declarative') return 'Declarative'
      if (agent.kind === 'unknown') return null
      return messages === 0 ? 'NoMessages' : 'CustomEngine'
    },
  },
}

/** Credits of an exchange, or null when they cannot be judged: not an exchange, not audited, agent of unknown kind. */
export function creditsOf(
  priced: Priced,
  ruleSet: CreditRuleSet = DEFAULT_CREDIT_RULES,
): CreditEstimate | null {
  if (priced.kind !== 'interaction' || !priced.audited) return null
  const rules = RULES[ruleSet]
  const basis = rules.basisOf(priced)
  if (basis === null) return null
  if (basis !== 'CustomEngine' && basis !== 'AnyAgent')
    return { ruleSet, basis, total: 0, breakdown: {} }

  const { answers } = priced
  const breakdown: Record<string, number> = {}
  if (answers > 0) breakdown['generativeAnswer'] = answers * rules.perAnswer
  if (answers > 0 && priced.tenantGrounded === true)
    breakdown['tenantGrounding'] = answers * rules.perGroundedAnswer
  if (priced.deepReasoning) breakdown['agentAction'] = rules.perDeepReasoning
  const total = Object.values(breakdown).reduce((sum, credits) => sum + credits, 0)
  return { ruleSet, basis, total, breakdown }
}

export function creditRates(ruleSet: CreditRuleSet): CreditRates {
  return RULES[ruleSet]
}

export function isDeepReasoning(modelName: string | null): boolean {
  return modelName !== null && modelName.toLowerCase() === DEEP_REASONING_MODEL
}
