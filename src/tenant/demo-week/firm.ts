import { guidOf } from './ids.ts'

// Contoso Wealth: an adviser of nine people with desks in London, Frankfurt, Paris and Tokyo. All names are invented or
// Microsoft's own fictional companies; addresses are of the ranges that RFC 5737 and RFC 3849 keep for documentation.

export interface Colleague {
  readonly objectId: string
  readonly upn: string
  readonly name: string
  readonly ip: string
  readonly region: string
  readonly locale: string
}

const colleague = (
  alias: string,
  name: string,
  ip: string,
  region: string,
  locale: string,
): Colleague => ({
  objectId: guidOf(`person ${alias}`),
  upn: `${alias}@contoso.com`,
  name,
  ip,
  region,
  locale,
})

export const TENANT_ID = guidOf('tenant contoso')

export const COLLEAGUES = {
  /** Managing adviser; runs Project Heron. */
  avery: colleague('avery.howard', 'Avery Howard', '192.0.2.14', 'GB', 'en-gb'),
  /** Adviser to families; on the Heron team. */
  sasha: colleague('sasha.ouellet', 'Sasha Ouellet', '192.0.2.21', 'GB', 'en-gb'),
  /** Client relations, Tokyo. */
  mina: colleague('mina.tanaka', 'Mina Tanaka', '203.0.113.40', 'JP', 'ja-jp'),
  /** Portfolio manager, Frankfurt. */
  joerg: colleague('joerg.brandt', 'Jörg Brandt', '2001:db8:49::17', 'DE', 'de-de'),
  /** Adviser, Paris. */
  camille: colleague('camille.lefevre', 'Camille Lefèvre', '198.51.100.62', 'FR', 'fr-fr'),
  /** Compliance officer. */
  priya: colleague('priya.raman', 'Priya Raman', '192.0.2.33', 'GB', 'en-gb'),
  /** Client services. */
  nadia: colleague('nadia.okafor', 'Nadia Okafor', '192.0.2.45', 'GB', 'en-gb'),
  /** Trainee adviser; not on the Heron insider list. */
  dylan: colleague('dylan.frost', 'Dylan Frost', '192.0.2.58', 'GB', 'en-gb'),
  /** Operations and IT. */
  theo: colleague('theo.vance', 'Theo Vance', '192.0.2.7', 'GB', 'en-gb'),
} as const satisfies Record<string, Colleague>

export type Who = keyof typeof COLLEAGUES

export const LABELS = {
  general: guidOf('label General'),
  confidential: guidOf('label Confidential'),
} as const

/** Something that Copilot reads or an answer points at. */
export interface Material {
  readonly name: string
  /** As the audit record's AccessedResources[].Type has it. */
  readonly type: string
  /** null: has no address (a web search). */
  readonly url: string | null
  readonly labelId: string | null
  readonly place: 'file' | 'mail' | 'web' | 'search'
}

const file = (site: string, name: string, label?: keyof typeof LABELS): Material => ({
  name,
  type: name.slice(name.lastIndexOf('.') + 1),
  url: `https://contoso.sharepoint.com/sites/${site}/Shared%20Documents/${encodeURIComponent(name)}`,
  labelId: label === undefined ? null : LABELS[label],
  place: 'file',
})

const mail = (subject: string): Material => ({
  name: subject,
  type: 'EmailMessage',
  url: `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(Buffer.from(guidOf(`mail ${subject}`)).toString('base64'))}&exvsurl=1&viewmodel=ReadMessageItem`,
  labelId: null,
  place: 'mail',
})

const web = (name: string, url: string): Material => ({
  name,
  type: 'CITATION',
  url,
  labelId: null,
  place: 'web',
})

export const MATERIALS = {
  heron: file('heron', 'Project Heron – Fabrikam merger.docx', 'confidential'),
  heronTimeline: file('heron', 'Heron timeline and insider list.xlsx', 'confidential'),
  termSheet: file('heron', 'Fabrikam term sheet v4.docx', 'confidential'),
  marketLetter: file('clients', 'Spring market letter.docx', 'general'),
  northwindReview: file('clients', 'Northwind family annual review.docx', 'general'),
  feeSchedule: file('clients', 'Fee schedule 2026.xlsx', 'general'),
  litwareProposal: file('clients', 'Litware Foundation proposal.pptx'),
  onboarding: file('clients', 'Onboarding checklist.docx'),
  tokyoNotes: file('tokyo', '四半期レビュー 2026年3月.docx', 'general'),
  bondNote: file('portfolio', 'Anleihen-Kommentar März 2026.docx'),
  modelPortfolio: file('portfolio', 'Model portfolio balanced.xlsx'),
  drift: file('portfolio', 'Rebalancing drift Q1.xlsx'),
  succession: file('paris', 'Note sur la succession – famille Adventure.docx', 'general'),
  policy: file('compliance', 'Personal account dealing policy.docx', 'general'),
  complaints: file('compliance', 'Complaints register 2026.xlsx', 'confidential'),
  aiPolicy: file('compliance', 'Acceptable use of Copilot.docx'),
  runbook: file('operations', 'Backup runbook.docx'),
  mailNorthwind: mail('Northwind family: cash for the house purchase'),
  mailHeron: mail('RE: "Heron" term sheet, comments from counsel'),
  mailInvoice: mail('Adventure Works invoice 20417, action required'),
  mailCustody: mail('Custody transfer Litware Foundation'),
  mailAudit: mail('Annual audit: list of requests'),
  mailTokyo: mail('東京オフィス訪問の件'),
  mailSuitability: mail('Suitability letters due this week'),
  mailPension: mail('Pension transfer, second request'),
  mailRoom: mail('Client day: room and catering'),
  rates: web(
    'Adventure Works Research: gilt yields',
    'https://www.adventure-works.com/research/gilts',
  ),
  ratesSearch: {
    name: '10-year gilt yield this week',
    type: 'WebSearchQuery',
    url: null,
    labelId: null,
    place: 'search',
  },
} as const satisfies Record<string, Material>

export type MaterialKey = keyof typeof MATERIALS

/** An agent as the audit record names it. */
export interface FirmAgent {
  readonly name: string
  readonly agentId: string
  readonly appIdentity: string
  /** What the runtime's own record calls it; custom-engine agents only. */
  readonly runtime: { readonly agentId: string; readonly appIdentity: string } | null
}

const letterTitle = guidOf('agent letters title')
const deskTitle = guidOf('agent desk title')
const deskAgent = guidOf('agent desk')

export const AGENTS = {
  letters: {
    name: 'Client Letter Coach',
    agentId: `CopilotStudio.Declarative.T_${letterTitle}.${guidOf('agent letters')}`,
    appIdentity: `Copilot.M365Copilot.Bizchat`,
    runtime: null,
  },
  desk: {
    name: 'Contoso Service Desk',
    agentId: `T_${deskTitle}.${deskAgent}`,
    appIdentity: `Copilot.Studio.CustomEngine.T_${deskTitle}`,
    runtime: {
      agentId: deskAgent,
      appIdentity: `Copilot.Studio.Default-${TENANT_ID}-cr4f1_contosoServiceDesk`,
    },
  },
} as const satisfies Record<string, FirmAgent>

export type AgentKey = keyof typeof AGENTS
