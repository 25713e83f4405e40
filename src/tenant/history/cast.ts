// Who and what there is in the tenant: people, sites, files, labels, agents. Fixed by the seed.
import { OTHERS } from './languages.ts'
import { AliasTable, Random } from './random.ts'

interface Member {
  readonly objectId: string
  readonly upn: string
  /** 0: English; else one more than the index in `OTHERS`. */
  readonly language: number
  readonly ip: string
  readonly region: string
}

export interface TenantFile {
  readonly name: string
  /** File extension, as the audit record's Type has it. */
  readonly type: string
  readonly url: string
  /** `url` as Microsoft's audit JSON spells it, slashes escaped. */
  readonly escapedUrl: string
  readonly uniqueId: string
  /** Empty: no label. */
  readonly labelId: string
}

interface TenantAgent {
  readonly kind: 'declarative' | 'custom-engine' | 'sharepoint' | 'microsoft'
  readonly name: string
  readonly agentId: string
  readonly appIdentity: string
  /** Custom-engine agents only: what the runtime's own record calls the agent and the platform. */
  readonly runtimeId: string
  readonly schemaName: string
}

export interface Cast {
  readonly tenantId: string
  readonly members: readonly Member[]
  /** Indices of members, most active first, by language. */
  readonly pools: readonly (readonly number[])[]
  readonly poolRanks: readonly AliasTable[]
  readonly sites: readonly string[]
  readonly files: readonly TenantFile[]
  readonly fileRanks: AliasTable
  readonly agents: readonly TenantAgent[]
  readonly labels: readonly string[]
  /** Only in planted sessions: a person and a file that nothing else mentions. */
  readonly needleMember: number
  readonly needleFile: number
}

const MEMBERS = 5_000
const SITES = 200
const FILES = 20_000
const AGENTS = 400
export const NEEDLE_UPN = 'thessaly.quorvane@contoso.com'
const NEEDLE_FILE = 'Vexqual Diligence Memo.docx'

// A share of files, a little over 22 %, because web results and chats among the resources have no label.
const LABELLED = 0.27

const list = (words: string): readonly [string, ...string[]] => {
  const [first = '', ...rest] = words.split(' ')
  return [first, ...rest]
}
const FIRST = list(
  'adele alex amina anders beatriz bianca carlos chen daniela david diego elena emil enrico fatima felix grady greta hana henrik ines isaiah johanna jordan karin katri lee lidia lynne maja marek megan miriam nestor nora olaf olivia patti pradeep priya rafael renata sanjay sofia tomas ulrike valeria wanda yara yuki zofia',
)
const LAST = list(
  'abara almeida alvarez bauer becker bowen brandt cartwright castro costa dubois eriksen fischer fontaine garcia hansen hartmann hoffmann ito jensen kaminski keller kimura kowalski lambert larsen lindqvist lopez martin meyer moreau moreno nakamura novak nowak okafor oliveira petrov quispe ramos richter roux sato schmidt silva sorensen suzuki tanaka vance vogel wagner wang weber wilber wojcik yamada zhang zielinski',
)
const SUBJECTS = list(
  'Budget Forecast Roadmap Payroll Onboarding Pricing Tender Contract Inventory Audit Compliance Marketing Launch Supplier Logistics Facilities Warranty Recruiting Training Security Architecture Migration Survey Campaign Portfolio',
)
const PAPERS = list(
  'Plan Review Summary Minutes Proposal Draft Report Checklist Overview Analysis Tracker Handbook Policy Memo Übersicht Présentation Informe Relatório',
)
const TYPES = list('docx docx docx xlsx xlsx pptx pptx pdf pdf txt')
const REGIONS = list('US US US US us DE FR GB WEU')

export function makeCast(seed: number, tenantId: string): Cast {
  const random = new Random().seed(seed, 0x636173, 0x74, 0)
  const members = makeMembers(random)
  const labels = Array.from({ length: 6 }, () => random.guid())
  const sites = Array.from({ length: SITES }, (_, n) => siteUrl(random, n))
  const files = Array.from({ length: FILES }, (_, n) => {
    const site = sites[Math.floor(n / (FILES / SITES))] ?? ''
    const type = random.pick(TYPES)
    const name = `${random.pick(SUBJECTS)} ${random.pick(PAPERS)} ${2023 + random.below(4)}-${n}.${type}`
    return makeFile(
      random,
      site,
      name,
      type,
      random.chance(LABELLED) ? labelOf(random, labels) : '',
    )
  })
  files.push(makeFile(random, `${sites[0]}`, NEEDLE_FILE, 'docx', labels[0] ?? ''))
  const pools = Array.from({ length: OTHERS.length + 1 }, (_, language) =>
    members.flatMap((member, index) =>
      member.language === language && index < MEMBERS ? [index] : [],
    ),
  )
  return {
    tenantId,
    members,
    pools,
    poolRanks: pools.map((pool) => AliasTable.zipf(pool.length, 0.65)),
    sites,
    files,
    fileRanks: AliasTable.zipf(FILES, 0.55),
    agents: Array.from({ length: AGENTS }, (_, n) => makeAgent(random, n, tenantId)),
    labels,
    needleMember: MEMBERS,
    needleFile: FILES,
  }
}

function makeMembers(random: Random): Member[] {
  const taken = new Set<string>()
  const members = Array.from({ length: MEMBERS }, (_, index) => {
    const base = `${random.pick(FIRST)}.${random.pick(LAST)}`
    let name = base
    for (let suffix = 2; taken.has(name); suffix++) name = `${base}${suffix}`
    taken.add(name)
    // One in ten writes another language than English; the lower the index, the more active.
    const language = index % 10 === 9 ? 1 + (Math.floor(index / 10) % OTHERS.length) : 0
    return makeMember(random, `${name}@contoso.com`, language)
  })
  return [...members, makeMember(random, NEEDLE_UPN, 0)]
}

function makeMember(random: Random, upn: string, language: number): Member {
  const sixth = random.chance(0.08)
  const ip = sixth
    ? `2001:db8:${random.below(65_536).toString(16)}::${random.below(65_536).toString(16)}`
    : `203.0.113.${random.below(254) + 1}`
  return { objectId: random.guid(), upn, language, ip, region: random.pick(REGIONS) }
}

function siteUrl(random: Random, n: number): string {
  return n % 10 < 7
    ? `https://contoso.sharepoint.com/sites/${random.pick(SUBJECTS)}-${n}`
    : `https://contoso-my.sharepoint.com/personal/${random.pick(FIRST)}_${random.pick(LAST)}${n}_contoso_com`
}

function makeFile(random: Random, site: string, name: string, type: string, labelId: string) {
  const url = `${site}/Shared%20Documents/${encodeURIComponent(name)}?web=1`
  const escapedUrl = url.replaceAll('/', String.raw`\/`)
  return { name, type, url, escapedUrl, uniqueId: random.guid(), labelId }
}

// Most labelled files carry the second-lowest of six labels; the strictest is rare.
function labelOf(random: Random, labels: readonly string[]): string {
  const place = Math.floor(random.float() ** 1.8 * labels.length)
  return labels[place] ?? ''
}

function makeAgent(random: Random, n: number, tenantId: string): TenantAgent {
  const title = random.guid()
  const runtimeId = random.guid()
  const name = `${random.pick(SUBJECTS)} Assistant ${n}`
  const schemaName = `cr${100 + (n % 900)}_contoso${name.replaceAll(' ', '')}`
  const common = { name, runtimeId, schemaName }
  if (n % 4 === 0) {
    const appIdentity = `Copilot.Studio.CustomEngine.T_${title}`
    return { kind: 'custom-engine', ...common, agentId: `T_${title}.${runtimeId}`, appIdentity }
  }
  if (n % 4 === 3) {
    const agentId = `SharePointAgents.Declarative.SPO_${random.token(12)}`
    return { kind: 'sharepoint', ...common, agentId, appIdentity: 'Copilot.M365Copilot.Bizchat' }
  }
  if (n === 1) {
    const appIdentity = `MicrosoftAgent.Researcher.P_${title}`
    return { kind: 'microsoft', ...common, name: 'Researcher', agentId: `P_${title}`, appIdentity }
  }
  const agentId = `CopilotStudio.Declarative.T_${title}.${tenantId.slice(0, 8)}.agent${n}`
  return { kind: 'declarative', ...common, agentId, appIdentity: 'Copilot.M365Copilot.Bizchat' }
}
