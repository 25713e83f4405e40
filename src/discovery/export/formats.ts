import type { ExportUnit, FormatWriter } from './writer.ts'

/** A format of exports. Without `load` it is written by the export itself (texts of the archive, or the engine). */
export interface Format {
  readonly name: string
  readonly units: readonly ExportUnit[]
  readonly summary: string
  /** Its file is one whole that cannot be gone on with: after an interruption it begins anew. */
  readonly beginsAnew?: true
  /** Loaded when it is asked for: a library for PDF must not slow down a CSV. */
  readonly load?: () => Promise<FormatWriter>
}

/** Every format, in the order in which the help lists them. */
export const FORMATS: readonly Format[] = [
  {
    name: 'jsonl',
    units: ['item', 'record'],
    summary: 'an object a line; with --raw the exact texts of the records',
  },
  { name: 'csv', units: ['item', 'record'], summary: 'a flat table for people and programs' },
  {
    name: 'audit',
    units: ['record'],
    summary: 'the four columns of Search-UnifiedAuditLog, for scripts that read those',
  },
  {
    name: 'parquet',
    units: ['item', 'record'],
    summary: 'typed columns, for analysis',
    beginsAnew: true,
  },
  {
    name: 'arrow',
    units: ['item', 'record'],
    summary: 'typed columns, for analysis in memory',
    beginsAnew: true,
  },
  {
    name: 'xlsx',
    units: ['item', 'record'],
    summary: 'a workbook with real dates, filters and ids as text',
    beginsAnew: true,
    load: async () => (await import('./formats/xlsx/writer.ts')).xlsxWriter,
  },
  {
    name: 'html',
    units: ['item'],
    summary: 'a page for each conversation, to read and to print',
    load: async () => (await import('./formats/html/writer.ts')).htmlWriter,
  },
  {
    name: 'pdf',
    units: ['item'],
    summary: 'a PDF/A file for each conversation, to file and to hand over',
    load: async () => (await import('./formats/pdf/writer.ts')).pdfWriter,
  },
]
