import { expect, test } from 'vitest'
import { kindOf } from './kinds.ts'
import { recordTypeOf } from './record-types.ts'

test.each([
  [261, 'CopilotInteraction', 'interaction'],
  ['copilotInteraction', '', 'interaction'],
  [' 261 ', '', 'interaction'],
  [334, 'LiveNotesUpdate', 'interaction'],
  [328, 'ConnectedAIAppInteraction', 'interaction'],
  [363, 'ScheduledPromptCreated', 'scheduled-prompt'],
  [373, '', 'automation'],
  [310, 'CreatePlugin', 'plugin-admin'],
  ['DisableCopilotWorkspace', '', 'workspace-admin'],
  [324, '', 'promptbook-admin'],
  [325, 'UpdateTenantSettings', 'settings-admin'],
  [362, '', 'own-access'],
  [25, 'AIInteractionCreatedNotification', 'own-access'],
  [384, 'DeployedAgent', 'agent-admin'],
  [384, 'AIInvokeAgent', 'agent-run'],
  [384, 'UpdatedTenantSettings', 'settings-admin'],
  [256, 'BotPublish', 'agent-admin'],
  ['AgentAdminActivity', '', 'agent-admin'],
  ['AgentSettingsAdminActivity', '', 'settings-admin'],
  ['A365AIInferenceCall', '', 'agent-run'],
  ['AISpanOutputs', '', 'agent-run'],
  ['BrandNewAgentAdminThing', '', 'agent-admin'],
  [999, 'Whatever', 'other'],
  ['', '', 'other'],
] as const)('%s %s is of kind %s', (type, operation, kind) => {
  expect(kindOf(recordTypeOf(type), operation, false)).toBe(kind)
})

test('an unknown type with event data is an interaction', () => {
  expect(kindOf(recordTypeOf(999), 'FutureInteraction', true)).toBe('interaction')
})
