import type { Item } from '../../../../interactions/item.ts'
import { flagWord, inWords, personInFull, recordsText, resourceLine, type Line } from './words.ts'

/** What stands beside the words of an exchange, or below them: a term, and a line for each value. */
export interface Note {
  readonly place: 'beside' | 'below'
  readonly term: string
  readonly lines: readonly Line[]
  readonly tone: 'alarm' | 'notice' | 'plain'
}

export function notesOf(item: Item): Note[] {
  const notes: Note[] = []
  const adder =
    (place: Note['place']) =>
    (term: string, values: readonly (string | Line | null)[], tone: Note['tone'] = 'plain') => {
      const lines = values.flatMap((value) =>
        value === null || value === ''
          ? []
          : [typeof value === 'string' ? { text: value, detail: '' } : value],
      )
      if (lines.length > 0) notes.push({ place, term, lines, tone })
    }
  const beside = adder('beside')
  beside('Flags', flagLines(item))
  beside(
    'Findings',
    item.findings.map(({ code, message, sequences }) => ({
      text: inWords(code),
      detail: `${message} (${recordsText(sequences)})`,
    })),
    'notice',
  )
  beside('Not understood', [item.unmapped], 'notice')
  beside('Resources', item.resources.map(resourceLine))
  beside('Labels', item.labels)
  beside('Who', item.custodians.map(personInFull))
  beside('Agent', [agentText(item)])
  beside(
    'In',
    item.contexts.map(({ name, id, type }) => [name ?? id, type].filter(Boolean).join(', ')),
  )
  const below = adder('below')
  below('Told by', [toldBy(item), ...provenanceLines(item)])
  below(
    'Models',
    item.models.map(({ provider, name, version }) =>
      [provider, name, version].filter(Boolean).join(' '),
    ),
  )
  below('Plug-ins', item.plugins)
  below('From', [[...item.clientIps, ...item.regions, item.locale].filter(Boolean).join(', ')])
  below('Credits', [
    item.credits === null
      ? null
      : `${item.credits.total} (estimate by ${item.credits.ruleSet}, no bill)`,
  ])
  below('Ids', [`item ${item.id}`, ...item.requestIds.map((id) => `request ${id}`)])
  return notes
}

function agentText({ agent }: Item): string | null {
  if (agent === null) return null
  const { name, id, kind, origin } = agent
  return [name, id === name ? null : id, known(kind), known(origin)].filter(Boolean).join(' · ')
}

const known = (word: string) => (word === 'unknown' ? null : word)

/** What must not be overlooked stands apart: among the others it would alarm for all of them. */
function flagLines(item: Item): Line[] {
  const flags: readonly (readonly [text: string, isAlarm: boolean])[] = [
    [`jailbreak ${flagWord(item.jailbreak)}`, item.jailbreak === true],
    [`injection ${flagWord(item.xpia)}`, item.xpia === true],
    [`DLP ${item.dlp ?? 'unknown'}`, item.dlp === 'blocked'],
    [`web ${flagWord(item.web)}`, false],
    [`tenant data ${flagWord(item.tenantGrounded)}`, false],
    [`automatic ${flagWord(item.automatic)}`, false],
  ]
  return (['alarm', 'plain'] as const).flatMap((tone) => {
    const texts = flags.filter(([, isAlarm]) => isAlarm === (tone === 'alarm'))
    const text = texts.map(([one]) => one).join(' · ')
    return text === '' ? [] : [{ text, detail: '', tone }]
  })
}

function toldBy({ sequences, versions, timeBasis, sources }: Item): string {
  const more = [
    sources.length === 0 ? null : sources.join(', '),
    versions === 0 ? null : `${versions} of them later versions`,
    timeBasis === 'received' ? 'no record tells a time: it is the time of receipt' : null,
  ].filter((word) => word !== null)
  return `${recordsText(sequences)}${more.length === 0 ? '' : ` (${more.join('; ')})`}`
}

/** Fields by the records that they come from; what is not named comes from all of them. */
function provenanceLines({ provenance }: Item): string[] {
  const bySource = new Map<string, string[]>()
  for (const [field, sequences] of Object.entries(provenance)) {
    const source = recordsText(sequences)
    bySource.set(source, [...(bySource.get(source) ?? []), field])
  }
  return [...bySource].map(([source, fields]) => `${fields.join(', ')}: ${source} only`)
}
