// Licences and the plans in them, by the ids that Microsoft publishes.

export interface Plan {
  readonly id: string
  readonly service: string
  readonly name: string
}

const plan = (id: string, service: string, name: string): Plan => ({ id, service, name })

/** What the history of a person hangs on. */
const COPILOT_CHAT = plan(
  '3f30311c-6b1e-48a4-ab79-725b469da960',
  'M365CopilotChat',
  'M365_COPILOT_BUSINESS_CHAT',
)

/** All six must be active for a subscription to the whole tenant. */
export const COPILOT_PLANS: readonly Plan[] = [
  COPILOT_CHAT,
  plan('82d30987-df9b-4486-b146-198b21d164c7', 'GraphConnectors', 'GRAPH_CONNECTORS_COPILOT'),
  plan(
    '931e4a88-a67f-48b5-814f-16a5f1e6028d',
    'IntelligentSearch',
    'M365_COPILOT_INTELLIGENT_SEARCH',
  ),
  plan('b95945de-b3bd-46db-8437-f2beb6ea2347', 'TeamspaceAPI', 'M365_COPILOT_TEAMS'),
  plan('a62f8878-de10-42f3-b68f-6149a25ceb97', 'M365CopilotApps', 'M365_COPILOT_APPS'),
  plan('89f1c4c8-0878-40f7-804d-869c9128ab5d', 'M365CopilotConnectors', 'M365_COPILOT_CONNECTORS'),
]

export const EXCHANGE_PLAN = plan(
  'efb87545-963c-4e0d-99df-69c6916d9eb0',
  'exchange',
  'EXCHANGE_S_ENTERPRISE',
)
const TEAMS_PLAN = plan('57ff2da0-773e-42df-b2af-ffb7a2317929', 'TeamspaceAPI', 'TEAMS1')

interface Sku {
  readonly skuId: string
  readonly skuPartNumber: string
  readonly plans: readonly Plan[]
}

export const COPILOT_SKU: Sku = {
  skuId: '639dec6b-bb19-468b-871c-c5c441c4b0cb',
  skuPartNumber: 'Microsoft_365_Copilot',
  plans: COPILOT_PLANS,
}

/** Office 365 E3, as far as it matters here. */
export const OFFICE_SKU: Sku = {
  skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900',
  skuPartNumber: 'ENTERPRISEPACK',
  plans: [EXCHANGE_PLAN, TEAMS_PLAN],
}
