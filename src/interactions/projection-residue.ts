import type { Told } from './merge-told.ts'
import { originalsIn, type Original } from './projections.ts'
import type { Facts, Resource } from './record.ts'

/**
 * The records that an item's fields come from. A row whose audit record is in the item repeats that in a poorer spelling:
 * only what the record does not say is taken from it, and nothing at all is the rule.
 */
export function withoutCovered(records: readonly Told[]): readonly Told[] {
  const originals = originalsIn(records)
  if (originals.size === 0) return records
  const said = new Map<string, Said>()
  return records.flatMap((told) => {
    const { namespace, projection } = told.facts
    const found = projection === undefined ? undefined : originals.get(projection.of)
    if (found === undefined || projection === undefined || namespace !== 'audit') return [told]
    let known = said.get(projection.of)
    if (known === undefined) said.set(projection.of, (known = saidBy(found)))
    const facts = residueOf(told.facts, known)
    return facts === null ? [] : [{ ...told, facts }]
  })
}

interface Said {
  readonly messages: ReadonlySet<string>
  readonly resources: ReadonlySet<string>
  readonly plugins: ReadonlySet<string>
  readonly models: ReadonlySet<string | null>
}

function saidBy(originals: readonly Original[]): Said {
  const all = originals.map(({ told }) => told.facts)
  return {
    messages: new Set(all.flatMap(({ messages }) => messages.map(({ id }) => id))),
    resources: new Set(all.flatMap(({ resources }) => resources.flatMap(namesOf))),
    plugins: new Set(all.flatMap(({ plugins }) => plugins)),
    models: new Set(all.flatMap(({ models }) => models.map(({ name }) => name))),
  }
}

function namesOf({ id, url, name }: Resource): string[] {
  return [id, url, name].flatMap((text) => (text === null ? [] : [text.toLowerCase()]))
}

/** What a row says that its record does not; null when that is nothing. */
function residueOf(facts: Facts, said: Said): Facts | null {
  const messages = facts.messages.filter(({ id }) => !said.messages.has(id))
  const resources = facts.resources.filter((resource) => {
    const names = namesOf(resource)
    return names.length > 0 && !names.some((name) => said.resources.has(name))
  })
  const plugins = facts.plugins.filter((name) => !said.plugins.has(name))
  const models = facts.models.filter(({ name }) => !said.models.has(name))
  const isNothing = [messages, resources, plugins, models].every(({ length }) => length === 0)
  return isNothing ? null : { ...facts, messages, resources, plugins, models, contexts: [] }
}
