import { isFields, word } from './fields.ts'
import type { Fields } from './fields.ts'
import { recordTypeOf } from './record-types.ts'
import type { RecordType } from './record-types.ts'

/** Version of the deny-list: changes whenever a record would be judged differently. */
export const NOT_AI_VERSION = '2026-11-27'

// Record types known to have nothing to do with AI, whatever tenant they come from: directory, mail, files, meetings,
// reports, compliance tooling. Only published numbers are listed; a number that is not here is kept (spine section 2).
const DENIED = new Set<number>()
for (const [first, last] of [
  [1, 4],
  [6, 25],
  [28, 73],
  [75, 76],
  [78, 78],
  [82, 91],
  [93, 103],
  [105, 107],
  [109, 109],
  [113, 113],
  [147, 148],
  [154, 154],
  [174, 174],
  [181, 181],
  [183, 183],
  [186, 186],
  [188, 200],
  [216, 217],
  [230, 231],
] as const) {
  for (let number = first; number <= last; number++) DENIED.add(number)
}

// Operations and workloads that are about AI even under a type of the list (Teams' notification about our own
// subscription, Copilot Studio's Bot* operations, Set-Copilot… cmdlets), and the switch of auditing itself: on these words
// the record is kept.
const ABOUT_AI =
  /copilot|aiinteraction|aiapp|agent|^bot|promptbook|plugin|llm|openai|adminauditlogconfig/i

/**
 * `workload/recordType/operation` of a record that has nothing to do with AI, or null: keep it. A deny-list, so
 * whatever it does not know is kept. The label is safe to log: letters, digits and bounded length only.
 */
export function notAboutAi(type: RecordType, operation: string, workload: string): string | null {
  if (type.number === null || !DENIED.has(type.number)) return null
  if (ABOUT_AI.test(operation) || ABOUT_AI.test(workload) || workload === 'M365AdminCenter')
    return null
  return `${label(workload)}/${type.name}/${label(operation)}`
}

/** The same for an audit record: whatever has Copilot's event data is about AI. */
export function notAiOf(record: Fields): string | null {
  const aboutCopilot =
    isFields(record['CopilotEventData']) ||
    record['AppHost'] !== undefined ||
    record['AccessedResources'] !== undefined
  if (aboutCopilot) return null
  const operation = word(record['Operation']) ?? ''
  const workload = word(record['Workload']) ?? ''
  return notAboutAi(recordTypeOf(record['RecordType']), operation, workload)
}

// Anything but a plain identifier might carry content of a user's: replaced, not cut.
function label(text: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/.test(text) && !text.includes('@') ? text : '-'
}
