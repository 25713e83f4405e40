// Where Copilot was used: one name per surface, whatever the source calls it. The tables are ours, made from the
// values of interface reference sections c and d; docs/spec/interaction-model.md lists them.

/** Canonical surface name to the AppHost, appClass and display names of it (any case). */
export const SURFACE_ALIASES: Readonly<Record<string, readonly string[]>> = {
  Chat: [
    'BizChat',
    'M365App',
    'M365Copilot',
    'M365Chat',
    'Office',
    'appchat',
    'Microsoft 365 Chat',
    'Microsoft 365 Copilot',
    'Microsoft 365 Copilot Chat',
    'M365 Chat',
    'Copilot Chat',
    'Business Chat',
  ],
  WebChat: ['Web Chat', 'Copilot Web Chat'],
  Word: ['WordOnCanvas', 'docx'],
  Excel: ['ExcelOnCanvas', 'xlsx'],
  PowerPoint: ['PowerPointOnCanvas', 'pptx'],
  Outlook: ['OutlookSidepane', 'OutlookOnCanvas', 'OutlookMobile'],
  OneNote: ['OneNoteCopilotNotebook'],
  Notebooks: ['OfficeCopilotNotebook', 'Copilot Notebook', 'Copilot Notebooks'],
  Pages: ['Copilot Pages'],
  Search: ['OfficeCopilotSearchAnswer', 'Copilot Search'],
  Loop: ['Microsoft Loop'],
  Whiteboard: ['Microsoft Whiteboard'],
  SharePoint: ['SharePoint Online', 'OneDrive'],
  Forms: ['Microsoft Forms'],
  Designer: ['Microsoft Designer'],
  Teams: ['Microsoft Teams', 'Teams Meeting Copilot', 'MicrosoftTeams'],
  Facilitator: ['TeamCopilot', 'AiNotes', 'TeamCopilot.AiNotes.Teams'],
  Bing: [],
  Edge: ['Microsoft Edge'],
  Planner: ['Microsoft Planner'],
  Stream: ['Microsoft Stream'],
  'Viva Engage': ['VivaEngage', 'Yammer'],
  'Viva Goals': ['VivaGoals'],
  Viva: ['VivaCopilot'],
  'Admin Center': ['M365AdminCenter', 'Microsoft 365 admin center'],
  'Copilot Studio': ['CopilotStudio', 'Studio', 'Copilot.Studio', 'pva-studio'],
  Cowork: ['Copilot Cowork', 'CoworkChat'],
  'Security Copilot': [
    'SecurityCopilot',
    'Security Copilot standalone',
    'Copilot for Security',
    'CopilotForSecurity',
  ],
  Defender: ['Copilot in Defender', 'Microsoft Defender', 'Defender XDR'],
  'Power BI': ['PowerBI'],
  Fabric: ['Microsoft Fabric', 'Datawarehousing Core'],
  'Power Platform': ['PowerPlatform', 'PowerApps', 'Power Apps'],
  'Connected AI app': ['ConnectedAIApp', 'ConnectedAIAppInteraction'],
  'Third-party AI app': ['AIApp', 'ThirdPartyCopilot'],
  Autonomous: [],
  'Logic App': ['LogicApp', 'Logic Apps'],
  Unknown: [],
}

const BY_ALIAS = new Map<string, string>()
for (const [name, aliases] of Object.entries(SURFACE_ALIASES)) {
  BY_ALIAS.set(name.toLowerCase(), name)
  for (const alias of aliases) BY_ALIAS.set(alias.toLowerCase(), name)
}

const MESSAGE_CLASS = 'ipm.skypeteams.message.'
const MAX_SEEN = 1_000
const seen = new Map<string, string>()

/**
 * The surface that a served AppHost, appClass or application name means: `BizChat`, `M365App`,
 * `IPM.SkypeTeams.Message.Copilot.BizChat` and `Microsoft 365 Chat` are all `Chat`. Unknown ones keep their spelling,
 * without the message class in front, so that a new AppHost and its appClass still agree.
 */
export function canonicalSurface(served: string): string {
  const known = seen.get(served)
  if (known !== undefined) return known
  const surface = surfaceOf(served.trim())
  // Bounded: a hostile source may name a million hosts.
  if (seen.size < MAX_SEEN && served.length < 200) seen.set(served, surface)
  return surface
}

function surfaceOf(served: string): string {
  const lower = served.toLowerCase()
  const named = BY_ALIAS.get(lower)
  if (named !== undefined) return named
  if (lower.startsWith(MESSAGE_CLASS)) {
    const rest = served.slice(MESSAGE_CLASS.length)
    return surfaceOfClass(lower.startsWith(`${MESSAGE_CLASS}copilot.`) ? rest.slice(8) : rest)
  }
  if (lower.startsWith('copilot in ')) {
    return BY_ALIAS.get(lower.slice(11).trim()) ?? served.slice(11).trim()
  }
  return served
}

// `Studio.{agent}`, `Fabric.{item}`, `ConnectedAIApp.Entra.{appId}`: the first part says where.
function surfaceOfClass(rest: string): string {
  const lower = rest.toLowerCase()
  const dot = lower.indexOf('.')
  return BY_ALIAS.get(lower) ?? (dot > 0 ? BY_ALIAS.get(lower.slice(0, dot)) : undefined) ?? rest
}
