import { describe, expect, test } from 'vitest'
import { agentKey, agentOf, appIdentityOf } from './agents.ts'

const A = '0a0a0a0a-1111-4222-8333-444444444444'
const B = '5b5b5b5b-1111-4222-8333-444444444444'

test.each([
  [`T_${A}.${B}`, B],
  [`t_${A.toUpperCase()}.${B.toUpperCase()}`, B],
  [`CopilotStudio.Declarative.T_${A}.${B}`, B],
  [`CopilotStudio.CustomEngine.T_${A}.${B}`, B],
  ['SharePointAgents.Declarative.SPO_x', 'spo_x'],
  ['SPO_x', 'spo_x'],
  [`P_${A}.${B}`, `p_${A}.${B}`],
  [`T_${A}.${B}.gpt`, `t_${A}.${B}.gpt`],
  ['T_title.gpt', 't_title.gpt'],
  [B.toUpperCase(), B],
])('agentKey(%s) is %s', (id, key) => {
  expect(agentKey(id)).toBe(key)
})

describe('agentOf()', () => {
  test.each([
    [{ AgentId: `CopilotStudio.Declarative.T_${A}.${B}` }, {}, null, 'declarative', 'customer'],
    [{ AgentId: `CopilotStudio.CustomEngine.T_${A}` }, {}, null, 'custom-engine', 'customer'],
    [{ AgentId: B, AgentPlatform: 'CopilotStudio' }, {}, null, 'custom-engine', 'customer'],
    [{ AgentId: B }, {}, `Copilot.Studio.Default-${A}-cr1_help`, 'custom-engine', 'customer'],
    [{ AgentId: B }, {}, `Copilot.Studio.${A}-cr1_help`, 'custom-engine', 'customer'],
    [{ AgentId: B }, {}, `Copilot.Studio.CustomEngine.T_${A}`, 'custom-engine', 'customer'],
    [{ AgentId: 'SPO_abc' }, {}, null, 'declarative', 'unknown'],
    [{ AgentName: 'Cowork' }, {}, 'Copilot.M365Copilot.CoworkChat', 'unknown', 'microsoft'],
    [{ AgentId: B }, {}, 'Copilot.Studio.Something', 'unknown', 'customer'],
    [{ AgentId: B }, { TargetAgentName: 'x' }, null, 'unknown', 'unknown'],
    [{ AgentId: 'P_long-enough-id' }, { TargetAgentName: 'x' }, null, 'unknown', 'unknown'],
    [{ AgentId: 'OutlookDraft' }, { TargetAgentName: 'x' }, null, 'unknown', 'unknown'],
    [
      { AgentId: 'something.quite.else' },
      { TargetAgentName: 'x' },
      null,
      'custom-engine',
      'customer',
    ],
  ])('case %#: kind and origin', (record, event, identity, kind, origin) => {
    expect(agentOf(record, event, identity)).toMatchObject({ kind, origin })
  })

  test('Copilot itself is no agent', () => {
    expect(agentOf({}, {}, 'Copilot.MicrosoftCopilot.BizChat')).toBeNull()
    expect(agentOf({ AgentId: null, AgentName: '' }, {}, null)).toBeNull()
  })

  test('the target name wins over the name, and both over the schema name', () => {
    const identity = `Copilot.Studio.Default-${A}-cr1_help`

    expect(agentOf({ AgentName: 'Own' }, { TargetAgentName: 'Target' }, identity)?.name).toBe(
      'Target',
    )
    expect(agentOf({ AgentName: 'Own' }, {}, identity)?.name).toBe('Own')
    expect(agentOf({}, {}, identity)).toMatchObject({ name: 'cr1_help', id: identity })
  })
})

test('AppIdentity may be an object', () => {
  expect(appIdentityOf({ AppId: 'app-1', DisplayName: 'Chat' })).toBe('app-1')
  expect(appIdentityOf({ displayName: 'Chat' })).toBe('Chat')
  expect(appIdentityOf(['x'])).toBeNull()
})
