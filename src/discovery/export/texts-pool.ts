import { onWorkers } from './ordered-workers.ts'
import { readAudit, type AuditResult } from './read-audit.ts'
import { readTexts, type CsvGroups, type TextResult, type TextTask } from './read-texts.ts'

/** What is read of the records, and what reading CSV rows needs. Plain data, given to each worker at its start. */
export interface WorkSetting {
  readonly kind: 'texts' | 'audit'
  readonly groups: CsvGroups
  readonly headers: readonly string[]
}

export function doTask(task: TextTask, setting: WorkSetting): TextResult | AuditResult {
  const { kind, groups, headers } = setting
  return kind === 'texts' ? readTexts(task, groups) : readAudit(task, groups, headers)
}

/** Reads exact texts on all cores; results come in the order of the tasks. */
export async function* readAllTexts(
  tasks: AsyncIterable<TextTask>,
  setting: Omit<WorkSetting, 'kind'>,
): AsyncGenerator<TextResult> {
  for await (const result of readAll(tasks, { ...setting, kind: 'texts' }))
    if ('proofs' in result) yield result
}

/** The same for the four audit columns. */
export async function* readAllAudit(
  tasks: AsyncIterable<TextTask>,
  setting: Omit<WorkSetting, 'kind'>,
): AsyncGenerator<AuditResult> {
  for await (const result of readAll(tasks, { ...setting, kind: 'audit' }))
    if ('without' in result) yield result
}

function readAll(
  tasks: AsyncIterable<TextTask>,
  setting: WorkSetting,
): AsyncGenerator<TextResult | AuditResult> {
  // In the checkout the sources run as they are; in the package this file and the worker end in `.js`.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const url = new URL(`./texts-worker.${ending}`, import.meta.url)
  return onWorkers(tasks, { url, setting, here: (task) => doTask(task, setting) })
}
