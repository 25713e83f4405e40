import type { Kind } from './record.ts'
import type { RecordType } from './record-types.ts'

// Record type numbers to kinds. Names without a number, and what is not known yet, go by name below.
const BY_NUMBER = new Map<number, Kind>([
  [261, 'interaction'],
  [284, 'interaction'],
  [328, 'interaction'],
  [334, 'interaction'],
  [401, 'interaction'],
  [402, 'interaction'],
  [363, 'scheduled-prompt'],
  [373, 'automation'],
  [383, 'automation'],
  [325, 'settings-admin'],
  [376, 'settings-admin'],
  [454, 'settings-admin'],
  [375, 'agent-admin'],
  [362, 'own-access'],
  [379, 'own-access'],
  [380, 'own-access'],
  [370, 'agent-run'],
  [430, 'agent-run'],
  [463, 'agent-run'],
])
for (let number = 310; number <= 314; number++) BY_NUMBER.set(number, 'plugin-admin')
for (let number = 315; number <= 319; number++) BY_NUMBER.set(number, 'workspace-admin')
for (let number = 320; number <= 324; number++) BY_NUMBER.set(number, 'promptbook-admin')

const BY_OPERATION = new Map<string, Kind>([
  ['aiinteractioncreatednotification', 'own-access'],
  ['copilotinteraction', 'interaction'],
  ['connectedaiappinteraction', 'interaction'],
  ['aiappinteraction', 'interaction'],
  ['teamcopilotmsginteraction', 'interaction'],
  ['aiinvokeagent', 'agent-run'],
  ['aiexecutetool', 'agent-run'],
  ['aiinferencecall', 'agent-run'],
  ['updatetenantsettings', 'settings-admin'],
  ['set-adminauditlogconfig', 'settings-admin'],
  ['updatedtenantsettings', 'settings-admin'],
])

/**
 * What a record tells of. By the operations that say it themselves, then by record type, then by the words of an
 * unknown type's name; a record that carries Copilot's event data is an interaction whatever its type is called.
 */
export function kindOf(type: RecordType, operation: string, hasEventData: boolean): Kind {
  if (type.number === 261) return 'interaction'
  const byOperation = BY_OPERATION.get(operation.toLowerCase())
  if (byOperation !== undefined) return byOperation
  const byNumber = type.number === null ? undefined : BY_NUMBER.get(type.number)
  if (byNumber !== undefined) return byNumber
  if (type.number === 256 && operation.startsWith('Bot')) return 'agent-admin'
  if (hasEventData) return 'interaction'
  return byWords(`${type.name} ${operation}`.toLowerCase())
}

function byWords(words: string): Kind {
  if (words.startsWith('a365') || words.startsWith('ai')) {
    if (/^a(?:365a)?i(?:executetool|invokeagent|inferencecall|runsummary)/.test(words))
      return 'agent-run'
  }
  if (words.includes('spanoutputs')) return 'agent-run'
  if (words.includes('scheduledprompt')) return 'scheduled-prompt'
  const admin = /admin|management|settings|inforecord|created|updated|deleted|deployed|removed/
  if (words.includes('agent') && admin.test(words)) {
    return words.includes('settings') ? 'settings-admin' : 'agent-admin'
  }
  if (words.includes('copilot')) {
    if (words.includes('plugin')) return 'plugin-admin'
    if (words.includes('promptbook')) return 'promptbook-admin'
    if (words.includes('workspace')) return 'workspace-admin'
    if (words.includes('settings')) return 'settings-admin'
    if (words.includes('automation')) return 'automation'
    if (words.includes('interaction')) return 'interaction'
  }
  return 'other'
}
