/** Where Copilot is used, in the spellings of the two sources: AppHost of the audit log, appClass of Graph. */
export interface HistorySurface {
  readonly appHost: string
  /** The last part of `IPM.SkypeTeams.Message.Copilot.…`. */
  readonly appClass: string
  readonly conversationType: 'appchat' | 'bizchat'
  /** Name of the application that answers. */
  readonly bot: string
  readonly appIdentity: string
  /** What the exchange is about when there is a context; '' for none. */
  readonly context: '' | 'docx' | 'xlsx' | 'pptx' | 'TeamsMeeting' | 'TeamsChat'
  /** Whether answers come in an adaptive card, or as text in the body. */
  readonly card: boolean
}

const surface = (
  appHost: string,
  appClass: string,
  bot: string,
  context: HistorySurface['context'],
  card: boolean,
): HistorySurface => {
  const chat = appClass === 'BizChat'
  const conversationType = chat ? 'bizchat' : 'appchat'
  const appIdentity = chat ? 'Copilot.MicrosoftCopilot.BizChat' : 'Copilot.M365Copilot.Apps'
  return { appHost, appClass, conversationType, bot, appIdentity, context, card }
}

const CHAT = surface('BizChat', 'BizChat', 'Microsoft 365 Chat', '', true)
const OFFICE = surface('Office', 'BizChat', 'Microsoft 365 Chat', '', true)
const TEAMS = surface('Teams', 'Teams', 'Copilot in Teams', 'TeamsMeeting', false)
const TEAMS_CHAT = surface('Teams', 'Teams', 'Copilot in Teams', 'TeamsChat', false)
const WORD = surface('Word', 'Word', 'Copilot in Word', 'docx', false)
const OUTLOOK = surface('Outlook', 'Outlook', 'Copilot in Outlook', '', false)
const EXCEL = surface('Excel', 'Excel', 'Copilot in Excel', 'xlsx', false)
const POWERPOINT = surface('PowerPoint', 'PowerPoint', 'Copilot in PowerPoint', 'pptx', false)
const ONENOTE = surface('OneNote', 'OneNote', 'Copilot in OneNote', '', false)
const LOOP = surface('Loop', 'Loop', 'Copilot in Loop', '', false)
const hostOnly = (appHost: string): HistorySurface => surface(appHost, '', '', '', false)

const repeated = (...shares: (readonly [number, HistorySurface])[]): readonly HistorySurface[] =>
  shares.flatMap(([share, one]) => Array.from({ length: share }, () => one))

/** Of exchanges whose texts are kept; each entry is a hundredth. */
export const WITH_TEXT = repeated(
  [26, CHAT],
  [16, OFFICE],
  [16, TEAMS],
  [15, TEAMS_CHAT],
  [10, WORD],
  [8, OUTLOOK],
  [4, EXCEL],
  [3, POWERPOINT],
  [1, ONENOTE],
  [1, LOOP],
)

/** Of exchanges that an application starts by itself when a document or a thread of mail is opened. */
export const AUTOMATIC = [WORD, OUTLOOK] as const

/** Of exchanges known from the audit log only; the shares of one real tenant, about. */
export const AUDIT_ONLY = repeated(
  [24, TEAMS],
  [18, TEAMS_CHAT],
  [22, OFFICE],
  [11, WORD],
  [8, OUTLOOK],
  [3, EXCEL],
  [3, POWERPOINT],
  [4, hostOnly('Edge')],
  [2, hostOnly('Copilot Studio')],
  [1, hostOnly('Designer')],
  [1, hostOnly('Forms')],
  [1, hostOnly('SharePoint')],
  [1, hostOnly('Whiteboard')],
  [1, hostOnly('Stream')],
)

/** What a client record of a custom-engine agent says; its runtime twin says `m365copilot`. */
export const CUSTOM_ENGINE = OFFICE
