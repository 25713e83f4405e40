import type { ReferenceNames, ReferenceSaying } from '../interactions/reference/names.ts'
import { guid } from '../interactions/fields.ts'
import type { Row, Table } from '../reports/figure.ts'

/** A row with the name that reference data gives for its label. */
type NamedRow = Row & { readonly reference?: ReferenceSaying }

const AGENT_TABLES: ReadonlySet<string> = new Set(['agents', 'credits-by-agent'])

/**
 * Tables with what reference data says of their agents and people: names beside ids that the records leave without
 * one, and how many people have a licence. Figures stay as they are; each note names the file that it rests on.
 */
export function withReference(
  tables: readonly Table[],
  names: ReferenceNames,
  tenants: readonly string[],
): readonly Table[] {
  return tables.map((table) => {
    if (AGENT_TABLES.has(table.name)) return named(table, (id) => agentOf(names, tenants, id))
    if (table.name !== 'users') return table
    const people = named(table, (label) =>
      guid(label) === null ? null : personOf(names, tenants, label),
    )
    return { ...people, notes: [...people.notes, ...licences(table, names, tenants)] }
  })
}

function named(table: Table, sayingOf: (label: string) => ReferenceSaying | null): Table {
  const notes = new Map<string, string[]>()
  const rows = table.rows.map((row): NamedRow => {
    const saying = sayingOf(row.label)
    if (saying === null || saying.name === null || saying.name === row.label) return row
    const from = `${baseName(saying.file)}, ${saying.asOf}`
    notes.set(from, [...(notes.get(from) ?? []), `${row.label} is ${saying.name}`])
    return { ...row, reference: saying }
  })
  if (notes.size === 0) return table
  const told = [...notes].map(([from, list]) => `By reference data (${from}): ${list.join('; ')}.`)
  return { ...table, rows, notes: [...table.notes, ...told] }
}

function licences(table: Table, names: ReferenceNames, tenants: readonly string[]): string[] {
  const known = table.rows.flatMap(({ label }) => {
    const said = personOf(names, tenants, label)
    return said === null || said.copilotLicence === null ? [] : [said]
  })
  if (known.length === 0) return []
  const licensed = known.filter(({ copilotLicence }) => copilotLicence === true).length
  const files = [...new Set(known.map(({ file, asOf }) => `${baseName(file)}, ${asOf}`))].join('; ')
  return [
    `By reference data (${files}) ${licensed} of ${known.length} of these people ${licensed === 1 ? 'has' : 'have'} a Copilot licence; of the other ${table.rows.length - known.length} it is not known.`,
  ]
}

function agentOf(
  names: ReferenceNames,
  tenants: readonly string[],
  id: string,
): ReferenceSaying | null {
  for (const tenant of tenants) {
    const saying = names.agent(tenant, id)
    if (saying !== null) return saying
  }
  return null
}

function personOf(names: ReferenceNames, tenants: readonly string[], label: string) {
  const objectId = guid(label)
  const person = { objectId, upn: objectId === null ? label : null }
  for (const tenant of tenants) {
    const saying = names.person(tenant, person)
    if (saying !== null) return saying
  }
  return null
}

const baseName = (file: string): string =>
  file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)
