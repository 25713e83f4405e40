import type { Item, Part } from '../../interactions/item.ts'

// Rows that Timesketch imports, as CSV or JSONL: one for each time that an item has. The columns and their limits:
// docs/guide/timeline.md.

/** Column name to value; every row has every column. */
export type TimesketchRow = Readonly<Record<TimesketchColumn, string | number | boolean>>

const TIMESKETCH_COLUMNS = [
  'message',
  'datetime',
  'timestamp',
  'timestamp_desc',
  'data_type',
  'user',
  'surface',
  'agent',
  'kind',
  'operation',
  'resource',
  'url',
  'label',
  'labels',
  'jailbreak',
  'xpia',
  'web',
  'automatic',
  'dlp',
  'findings',
  'session',
  'chain',
  'item_id',
  'record_ids',
  'tenant',
  'truncated',
] as const

type TimesketchColumn = (typeof TIMESKETCH_COLUMNS)[number]

/** Longest value of a keyword field in OpenSearch, in bytes of UTF-8. */
const MOST_BYTES = 32_766

type Described =
  | 'Prompt sent'
  | 'Response received'
  | 'Message sent'
  | 'Resource accessed'
  | 'Record audited'
  | 'Record collected'

/** Every time that an item has: its messages, its resources, its records. */
export function timesketchRows(item: Item, parts: readonly Part[], chain: number): TimesketchRow[] {
  const who = item.custodians.map(({ upn, objectId, name }) => upn ?? objectId ?? name ?? '')
  const place = item.surface ?? 'Copilot'
  const common = {
    data_type: item.kind === 'interaction' ? 'm365:copilot:interaction' : 'm365:copilot:event',
    user: who.join(', '),
    surface: item.surface ?? '',
    agent: item.agent?.name ?? item.agent?.id ?? '',
    kind: item.kind,
    operation: item.operations.join(', '),
    labels: item.labels.join(', '),
    jailbreak: flag(item.jailbreak),
    xpia: flag(item.xpia),
    web: flag(item.web),
    automatic: flag(item.automatic),
    dlp: item.dlp ?? 'unknown',
    findings: item.findings.map(({ code }) => code).join(', '),
    session: item.sessionId ?? '',
    chain,
    item_id: item.id,
    record_ids: item.recordIds.join(', '),
    tenant: item.tenantId,
  }
  const row = (
    at: string,
    timestamp_desc: Described,
    message: string,
    more: { readonly resource?: string; readonly url?: string; readonly label?: string } = {},
  ): TimesketchRow =>
    withinLimits({
      message,
      ...timesOf(at),
      timestamp_desc,
      ...common,
      resource: more.resource ?? '',
      url: more.url ?? '',
      label: more.label ?? '',
    })

  const rows = item.messages.map(({ role, text, at }) => {
    const [described, sign] = MESSAGES[role ?? 'other']
    return row(
      at ?? item.occurredAt,
      described,
      `[${place}] ${sign} ${text ?? '(no record carries the text)'}`,
    )
  })
  for (const { name, url, labelId, type, origin } of item.resources) {
    if (origin !== 'accessed') continue
    const resource = name ?? url ?? type ?? ''
    const more = { resource, url: url ?? '', label: labelId ?? '' }
    rows.push(row(item.occurredAt, 'Resource accessed', `[${place}] read ${resource}`, more))
  }
  for (const { facts } of parts) {
    if (facts.namespace !== 'audit' || facts.occurredAt === null) continue
    const words = [facts.operation, facts.recordType].filter((word) => word !== '').join(', ')
    rows.push(row(facts.occurredAt, 'Record audited', `[${place}] audit record: ${words}`))
  }
  const received = new Set(parts.map(({ receivedAt }) => receivedAt))
  for (const at of received)
    rows.push(row(at, 'Record collected', `[${place}] taken into the archive of Daybook`))
  return rows.toSorted((a, b) => Number(a.timestamp) - Number(b.timestamp))
}

const MESSAGES: Readonly<Record<'prompt' | 'answer' | 'other', readonly [Described, string]>> = {
  prompt: ['Prompt sent', 'asked:'],
  answer: ['Response received', 'answered:'],
  other: ['Message sent', 'message:'],
}

const flag = (value: boolean | null): string => (value === null ? 'unknown' : String(value))

/** ISO 8601 with its offset, and microseconds since 1970, which is as fine as Timesketch keeps them. */
function timesOf(at: string): { readonly datetime: string; readonly timestamp: number } {
  const whole = Date.parse(at)
  const fraction = (/\.(\d{1,9})/.exec(at)?.[1] ?? '').padEnd(6, '0').slice(0, 6)
  const micros = Math.floor(whole / 1_000) * 1_000_000 + Number(fraction)
  return {
    datetime: `${new Date(whole).toISOString().slice(0, 19)}.${fraction}+00:00`,
    timestamp: micros,
  }
}

function withinLimits(row: Omit<TimesketchRow, 'truncated'>): TimesketchRow {
  const cut: string[] = []
  const shortened = Object.entries(row).map(([column, value]) => {
    if (typeof value !== 'string' || Buffer.byteLength(value) <= MOST_BYTES) return [column, value]
    cut.push(column)
    return [column, beginningOf(value)]
  })
  return { ...row, ...Object.fromEntries(shortened), truncated: cut.join(', ') }
}

/** Whole characters of at most MOST_BYTES. */
function beginningOf(text: string): string {
  const bytes = Buffer.from(text)
  let end = MOST_BYTES
  // A byte 10xxxxxx goes on with a character that began before.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.subarray(0, end).toString('utf8')
}
