import type { Flag, Person } from '../interactions/record.ts'
import { PART } from './text.ts'

/** An item as lists show it. The whole of it is read from the archive, by `sequences`. */
export interface ItemRow {
  readonly id: string
  readonly tenantId: string
  /** `Kind` of the interaction model, as the index keeps it; so with the other vocabularies here. */
  readonly kind: string
  /** ISO 8601 UTC, milliseconds. */
  readonly occurredAt: string
  readonly timeBasis: 'occurred' | 'received'
  readonly receivedAt: string
  readonly custodians: readonly Person[]
  readonly surface: string | null
  readonly setting: string | null
  readonly sessionId: string | null
  readonly requestIds: readonly string[]
  readonly agent: { readonly id: string | null; readonly name: string | null } | null
  readonly operations: readonly string[]
  readonly prompts: number
  readonly answers: number
  /** The beginning of the text (at most `SHOWN_CHARACTERS`), null when no record carries it. */
  readonly prompt: string | null
  readonly answer: string | null
  readonly files: readonly string[]
  readonly labels: readonly string[]
  readonly jailbreak: Flag
  readonly xpia: Flag
  readonly web: Flag
  readonly tenantGrounded: Flag
  readonly automatic: Flag
  readonly dlp: string | null
  readonly credits: number | null
  readonly sources: readonly string[]
  readonly recordIds: readonly string[]
  readonly sequences: readonly number[]
  readonly versions: number
  readonly findings: readonly string[]
  readonly unmapped: string | null
}

/** How much of a prompt or answer a list reads. */
const SHOWN_CHARACTERS = 4_000

const shown = (text: string): string => `leftUTF8(${text}, ${SHOWN_CHARACTERS})`

const COLUMNS = [
  'toString(id)',
  'tenant',
  'kind',
  'toUnixTimestamp64Milli(occurredAt)',
  'received',
  'toUnixTimestamp64Milli(receivedAt)',
  'custodianUpns',
  'custodianIds',
  'custodianNames',
  'surface',
  'setting',
  'session',
  'requestIds',
  'agentId',
  'agentName',
  'operations',
  'prompts',
  'answers',
  shown('substring(text, 1, promptBytes)'),
  shown('substring(text, promptBytes + 2, answerBytes)'),
  'promptBytes',
  'answerBytes',
  "arrayFilter(x -> NOT startsWith(x, 'http'), files)",
  'labels',
  'jailbreak',
  'xpia',
  'web',
  'tenantGrounded',
  'automatic',
  'dlp',
  'credits',
  'sources',
  'recordIds',
  'sequences',
  'versions',
  'findings',
  'unmapped',
] as const

/** The SELECT list that `readItemRow` reads. */
export const ITEM_ROW_COLUMNS = COLUMNS.join(', ')

/** A row of the engine's answer, in the order of ITEM_ROW_COLUMNS. */
export function readItemRow(row: readonly unknown[]): ItemRow {
  let at = 0
  const next = (): unknown => row[at++]
  const text = (): string => String(next())
  const number = (): number => Number(next())
  const orNull = (): string | null => text() || null
  const list = (): string[] => listOf(next())
  const flag = (): Flag => {
    const value = number()
    return value === -1 ? null : value === 1
  }

  const id = text().replaceAll('-', '')
  const tenantId = text()
  const kind = text()
  const occurredAt = new Date(number()).toISOString()
  const timeBasis = next() === true ? 'received' : 'occurred'
  const receivedAt = new Date(number()).toISOString()
  const custodians = peopleOf(list(), list(), list())
  const surface = orNull()
  const setting = orNull()
  const sessionId = orNull()
  const requestIds = list()
  const agent = agentOf(orNull(), orNull())
  const operations = list()
  const prompts = number()
  const answers = number()
  const promptText = text().replaceAll(PART, '\n')
  const answerText = text().replaceAll(PART, '\n')
  const prompt = number() === 0 ? null : promptText
  const answer = number() === 0 ? null : answerText
  const files = list()
  const labels = list()
  const [jailbreak, xpia, web, tenantGrounded, automatic] = [flag(), flag(), flag(), flag(), flag()]
  const dlp = orNull()
  const credits = number()
  const sources = list()
  const recordIds = list()
  const sequences = list().map(Number)
  const versions = number()
  const findings = list()
  return {
    id,
    tenantId,
    kind,
    occurredAt,
    timeBasis,
    receivedAt,
    custodians,
    surface,
    setting,
    sessionId,
    requestIds,
    agent,
    operations,
    prompts,
    answers,
    prompt,
    answer,
    files,
    labels,
    jailbreak,
    xpia,
    web,
    tenantGrounded,
    automatic,
    dlp,
    credits: credits < 0 ? null : credits,
    sources,
    recordIds,
    sequences,
    versions,
    findings,
    unmapped: orNull(),
  }
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function peopleOf(
  upns: readonly string[],
  ids: readonly string[],
  names: readonly string[],
): Person[] {
  return upns.map((upn, at) => ({
    upn: upn || null,
    objectId: ids[at] || null,
    name: names[at] || null,
  }))
}

function agentOf(id: string | null, name: string | null): ItemRow['agent'] {
  return id === null && name === null ? null : { id, name }
}
