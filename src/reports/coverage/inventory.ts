import type { BlindSpotEvidence } from './inputs.ts'

/** An agent as the newest inventory that names it lists it. */
export interface ListedAgent {
  readonly id: string
  readonly name: string | null
  /** Whether people sign in with Microsoft; null: the inventory does not tell. */
  readonly signsInWithMicrosoft: boolean | null
  /** When the inventory was taken. */
  readonly takenAt: string
}

const NAMED = 5

/** What inventories say of sign-in: one agent without Microsoft's is enough; all that they list must have it to exclude one. */
export function evidenceOfInventory(agents: readonly ListedAgent[]): BlindSpotEvidence[] {
  const code = 'AGENT_WITHOUT_MICROSOFT_AUTHENTICATION'
  // Microsoft's list of packages says nothing of sign-in: a tenant whose agents are listed there alone stays unknown.
  const told = agents.filter(({ signsInWithMicrosoft }) => signsInWithMicrosoft !== null)
  if (told.length === 0) return []
  const without = told
    .filter(({ signsInWithMicrosoft }) => signsInWithMicrosoft === false)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const takenAt =
    told
      .map((agent) => agent.takenAt)
      .toSorted()
      .at(-1) ?? ''
  if (without.length === 0) {
    const from = `the inventory of ${takenAt} lists sign-in of ${told.length} agents, with Microsoft for all`
    return [{ code, says: 'excluded', from }]
  }
  const named = without
    .slice(0, NAMED)
    .map(({ id, name }) => (name === null ? id : `${name} (${id})`))
  const more = without.length - named.length
  const list = named.join('; ') + (more > 0 ? `; and ${more} more` : '')
  return [
    {
      code,
      says: 'present',
      from: `the inventory of ${takenAt} lists agents whose sign-in is not Microsoft’s: ${list}`,
    },
  ]
}
