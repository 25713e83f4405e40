import { readAllAudit } from './texts-pool.ts'
import { groupsOf, tasksOf } from './text-tasks.ts'
import type { TextsTask } from './record-texts.ts'
import type { Stage } from './stage.ts'
import type { Change, Written } from './writer.ts'

export interface AuditWritten extends Written {
  /** Records without audit data: they are not in the file. */
  readonly without: number
}

interface Cursor {
  readonly tenant: number
  readonly done: number
  readonly counted: Counted
}

interface Counted {
  readonly rows: number
  readonly without: number
  readonly formulas: number
  readonly rewritten: number
}

const PATH = 'audit.csv'
const HEADER = 'CreationDate,UserIds,Operations,AuditData\r\n'

/** What Search-UnifiedAuditLog writes with Export-Csv, of every record that carries audit data. */
export async function writeAuditCsv(task: TextsTask, stage: Stage): Promise<AuditWritten> {
  const begun = isCursor(stage.cursor) ? stage.cursor : undefined
  const file = await stage.create(PATH)
  if (begun === undefined) await file.write(HEADER)
  let counted = begun?.counted ?? { rows: 0, without: 0, formulas: 0, rewritten: 0 }
  for (const [tenant, { reader, sequences }] of task.tenants.entries()) {
    if (tenant < (begun?.tenant ?? 0)) continue
    let done = tenant === begun?.tenant ? begun.done : 0
    const tasks = tasksOf(reader, sequences, done, { checkpoint: null, own: null })
    for await (const result of readAllAudit(tasks, groupsOf(task.headers))) {
      task.signal.throwIfAborted()
      await file.write(result.lines)
      counted = {
        rows: counted.rows + result.rows,
        without: counted.without + result.without,
        formulas: counted.formulas + result.formulas,
        rewritten: counted.rewritten + result.rewritten,
      }
      done += result.done
      task.onRecords(counted.rows + counted.without)
      if (!stage.isDue) continue
      const cursor: Cursor = { tenant, done, counted }
      stage.beginCheckpoint(cursor)
    }
  }
  await file.end(counted.rows)
  return { rows: counted.rows, without: counted.without, changes: changesOf(counted) }
}

function changesOf({ formulas, rewritten }: Counted): Change[] {
  const changes: Change[] = []
  if (formulas > 0)
    changes.push({
      code: 'FORMULA_DEFUSED',
      count: formulas,
      file: PATH,
      how: 'cells that a spreadsheet would run as a formula begin with an apostrophe here',
    })
  if (rewritten > 0)
    changes.push({
      code: 'AUDIT_DATA_REWRITTEN',
      count: rewritten,
      file: PATH,
      how: 'AuditData was served as an object, not as text: it is written as compact JSON here; the exact text is in the raw records',
    })
  return changes
}

/** Of our own state file: whatever stands there was written by `checkpoint`. */
function isCursor(value: unknown): value is Cursor {
  return typeof value === 'object' && value !== null && 'counted' in value
}
