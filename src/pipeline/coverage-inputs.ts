import { attestationStore, type StoredAttestation } from '../catalog/attestations.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { referenceStore } from '../catalog/reference.ts'
import { parseObject } from '../platform/json-object.ts'
import {
  BLIND_SPOTS,
  type Attestation,
  type CoverageInputs,
  type CoveredPerson,
  type PersonState,
  type UsageRow,
} from '../reports/coverage/inputs.ts'

export interface CoverageAsked {
  readonly tenant: string
  /** Days, half-open. */
  readonly from: string
  readonly to: string
  /** Address or object id; null: everybody. */
  readonly user: string | null
}

/** Gathers what a coverage statement rests on from the catalog: people and usage as reference data told them, the ledger of what was fetched. */
export function coverageInputs(catalog: Catalog, asked: CoverageAsked, now: Date): CoverageInputs {
  const { tenant, from, to, user } = asked
  const store = referenceStore(catalog.database)
  const wanted = user?.trim().toLowerCase() ?? null
  const people = peopleOf(store.history(tenant, 'directory', 'id:')).filter(
    ({ id, upn }) => wanted === null || id.toLowerCase() === wanted || upn.toLowerCase() === wanted,
  )
  const files = store.files().filter((file) => file.tenant === tenant)
  const usage = usageOf(store.history(tenant, 'usage-report', 'upn:'), files)
  return {
    tenant,
    from,
    to,
    asOf: now.toISOString(),
    feeds: [],
    people,
    activity: [],
    windows: [],
    losses: [],
    settledAfterMs: null,
    usage: usage.rows,
    usageConcealed: usage.concealed,
    attestations: attestationStore(catalog.database).of(tenant).flatMap(attestationOf),
    evidence: [],
  }
}

function attestationOf({ code, says, words, actor, at }: StoredAttestation): Attestation[] {
  const known = BLIND_SPOTS.find((one) => one === code)
  return known === undefined ? [] : [{ code: known, says, words, by: actor, at }]
}

type Entries = ReturnType<ReturnType<typeof referenceStore>['history']>

function peopleOf(entries: Entries): CoveredPerson[] {
  const people = new Map<string, { id: string; upn: string; states: PersonState[] }>()
  for (const { key, body, since } of entries) {
    const said = parseObject(body)
    const { upn } = said ?? {}
    if (said === undefined || typeof upn !== 'string') continue
    const id = key.slice('id:'.length)
    const state: PersonState = {
      since,
      licensed: said['copilotLicence'] === true && said['enabled'] !== false,
      mailbox: typeof said['mailbox'] === 'boolean' ? said['mailbox'] : null,
    }
    const known = people.get(id)
    if (known === undefined) people.set(id, { id, upn, states: [state] })
    else {
      known.upn = upn
      known.states.push(state)
    }
  }
  return [...people.values()]
}

function usageOf(
  entries: Entries,
  files: readonly {
    readonly kind: string
    readonly asOf: string | null
    readonly concealed: number
  }[],
): { readonly rows: UsageRow[]; readonly concealed: boolean } {
  const reports = files.filter(({ kind }) => kind === 'usage-report')
  const [newest] = reports
  const refreshedDay = newest?.asOf ?? null
  if (refreshedDay === null) return { rows: [], concealed: false }
  const rows = entries.flatMap(({ key, body }): UsageRow[] => {
    const said = parseObject(body)
    if (said === undefined || said['concealed'] === true) return []
    const last = said['lastActivity']
    return [
      {
        user: key.slice('upn:'.length),
        lastActiveDay: typeof last === 'string' ? last : null,
        refreshedDay,
      },
    ]
  })
  return { rows, concealed: (newest?.concealed ?? 0) > 0 }
}
