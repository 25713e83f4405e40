import { auditRecordsOf, type AuditRecord } from './audit-records.ts'
import { guidOf, numberOf } from './ids.ts'
import { momentCalled, MOMENTS, type Moment } from './moments.ts'
import { OTHER_EVENTS } from './other-events.ts'
import type { ExportFile, Served } from './served.ts'
import { DAYS, type Day } from './story.ts'

// Monday to Thursday came through the Management Activity API, Friday was fetched by hand from the Purview portal.
const PORTAL_DAY: Day = '2026-03-06'
const NDJSON_DAY: Day = '2026-03-05'

/** Blobs of the Management Activity API, one a day, in no order, as its answers are; Thursday's as one record a line. */
export function managementBlobs(): ExportFile[] {
  return DAYS.filter((day) => day !== PORTAL_DAY).map((day) => {
    const served = shuffled([...newOn(day), ...againOn(day)])
    const records = served.map(({ value }) => auditJson(value))
    return day === NDJSON_DAY
      ? file(`management/audit-general-${day}.ndjson`, `${records.join('\n')}\n`, served)
      : file(`management/audit-general-${day}.json`, `[${records.join(',')}]`, served)
  })
}

/** The portal's export of Friday, newest first, which reaches back far enough to hold two of Thursday's records again. */
export function portalExport(): ExportFile {
  const jailbreak = auditRecordsOf(momentCalled('jailbreak'))
  const hostile = auditRecordsOf(momentCalled('hostile text'))
  const again = [...jailbreak, ...hostile].map((value) => ({ value, outcome: 'repeated' }) as const)
  const served = [...newOn(PORTAL_DAY), ...again].toSorted((a, b) =>
    a.value.CreationTime < b.value.CreationTime ? 1 : -1,
  )
  const header =
    'RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames'
  const rows = served.map(({ value }) => csvRow(value))
  return file(`purview/AuditLog_${PORTAL_DAY}.csv`, `${[header, ...rows].join('\r\n')}\r\n`, served)
}

type ServedRecord = Served & { readonly value: AuditRecord }

/** What a day's delivery holds for the first time, late records of an earlier day among it. */
function newOn(day: Day): ServedRecord[] {
  const told = MOMENTS.filter((moment) => (moment.turn.arrives ?? moment.day) === day)
  const others = OTHER_EVENTS.filter((event) => event.day === day)
  return [
    ...told.flatMap(auditRecordsOf).map((value) => ({ value, outcome: 'added' }) as const),
    ...others.map(
      ({ record, ai }) => ({ value: record, outcome: ai ? 'added' : 'notAi' }) as const,
    ),
  ]
}

/** Blobs repeat records: two of Monday's come again on Tuesday, one more on Wednesday with its parts in another order. */
function againOn(day: Day): ServedRecord[] {
  const monday = MOMENTS.filter((moment: Moment) => moment.day === '2026-03-02').flatMap(
    auditRecordsOf,
  )
  const again =
    day === '2026-03-03'
      ? monday.slice(4, 6)
      : day === '2026-03-04'
        ? monday.slice(3, 4).map(reordered)
        : []
  return again.map((value) => ({ value, outcome: 'repeated' }) as const)
}

function reordered(record: AuditRecord): AuditRecord {
  const data = record['CopilotEventData']
  const turned = Object.entries(typeof data === 'object' && data !== null ? data : {}).map(
    ([name, value]) => [name, Array.isArray(value) ? value.toReversed() : value] as const,
  )
  return { ...record, CopilotEventData: Object.fromEntries(turned.toReversed()) }
}

function shuffled(served: readonly ServedRecord[]): ServedRecord[] {
  const place = ({ value }: ServedRecord) => numberOf(`place ${value.Id}`, 2 ** 40)
  return served.toSorted((a, b) => place(a) - place(b))
}

/** Microsoft's services escape the slash in audit records. */
function auditJson(record: AuditRecord): string {
  return JSON.stringify(record).replaceAll('/', String.raw`\/`)
}

// Quotes are doubled inside the quoted cell, backslashes stay: a quote inside a name becomes \"" there.
function csvRow(record: AuditRecord): string {
  const cells = [
    record.Id,
    // The portal of 2026 writes seven digits and a trailing blank.
    `"${record.CreationTime}.0000000Z "`,
    String(record.RecordType),
    record.Operation,
    record.UserId,
    `"${auditJson(record).replaceAll('"', '""')}"`,
    guidOf('administrative unit'),
    '',
  ]
  return cells.join(',')
}

function file(path: string, text: string, served: readonly Served[]): ExportFile {
  return { path, text, served: served.map(({ outcome }) => outcome) }
}
