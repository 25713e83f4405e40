import { writeAuditCsv } from './audit-csv.ts'
import { writeColumnar, writeCsv, writeLines, type TableTask } from './engine-tables.ts'
import { itemBatches, type ItemsTask } from './items.ts'
import type { Minimise } from './minimise.ts'
import type { ExportPorts, ExportStep } from './ports.ts'
import type { TextsTask } from './record-texts.ts'
import type { ExportRequest } from './request.ts'
import { rowBatches } from './row-batches.ts'
import type { Selection } from './selection.ts'
import { itemTable, recordTable } from './tables.ts'
import type { Stage } from './stage.ts'
import { writeItemLines } from './write-items.ts'
import type { WorkFolder } from './work-folder.ts'
import type { ExportAbout, Written } from './writer.ts'

export interface DataTask {
  readonly request: ExportRequest
  readonly selection: Selection
  readonly minimise: Minimise
  readonly about: ExportAbout
  readonly texts: TextsTask
  readonly ports: Pick<ExportPorts, 'readRecords' | 'itemsProgram' | 'signal'>
  readonly onStep: (step: ExportStep) => void
}

export interface DataWritten extends Written {
  /** Records that have no place in the format. */
  readonly without: number
}

/** Writes the data file, or files, of a format. */
export async function writeData(
  task: DataTask,
  work: WorkFolder,
  stage: Stage,
): Promise<DataWritten> {
  const { request, texts } = task
  if (request.format.name === 'audit') return writeAuditCsv(texts, stage)
  return { ...(await writeFormat(task, work, stage)), without: 0 }
}

async function writeFormat(task: DataTask, work: WorkFolder, stage: Stage): Promise<Written> {
  const { request, selection, minimise, about, ports, onStep } = task
  const { unit, format, fields } = request
  const { signal } = ports
  const sequences = task.texts.tenants.map((own) => ({
    tenant: own.reader.tenant,
    sequences: own.sequences,
  }))
  const readers = task.texts.tenants.map(({ reader }) => reader)
  const part = unit === 'item' ? 'items' : 'records'
  const onRows = (done: number): void => onStep({ part, done, total: about.rows })
  const table = unit === 'item' ? itemTable(selection) : recordTable(selection, sequences)
  const temporary = work.besidePackage('slice')
  const rows: TableTask = { table, fields, minimise, temporary, signal, onRows }
  const items: ItemsTask = {
    selection,
    readRecords: ports.readRecords,
    fields,
    minimise,
    signal,
    onRows,
  }
  const name = unit === 'item' ? 'items' : 'record-list'
  if (format.load !== undefined) {
    const writer = await format.load()
    return writer.takes === 'rows'
      ? writer.write(rowBatches(rows), stage, about)
      : writer.write((done) => itemBatches(items, writer.order, done), stage, about)
  }
  switch (format.name) {
    case 'csv':
      return writeCsv(rows, `${name}.csv`, request.profile, stage)
    case 'parquet':
    case 'arrow': {
      const path = `${name}.${format.name}`
      return writeColumnar(rows, path, format.name, stage, work.pathOf(path))
    }
    case 'jsonl':
      return unit === 'item'
        ? writeItemLines({ ...items, program: ports.itemsProgram, readers }, 'items.jsonl', stage)
        : writeLines(rows, 'record-list.jsonl', stage)
    default:
      throw new Error(`no writer for the format "${format.name}"`)
  }
}
