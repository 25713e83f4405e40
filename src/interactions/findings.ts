import type { FindingCode, ItemFinding } from './item.ts'
import type { MergedMessages } from './merge-messages.ts'
import type { MergedResources } from './merge-resources.ts'
import type { Told } from './merge-told.ts'
import { changedAfterwards, type Versions } from './merge-versions.ts'
import type { Agent, Kind, Mark, Person } from './record.ts'

/** Every finding, in the order in which an item lists them, and what it means. docs/reference/findings.md is made of it. */
export const FINDINGS: Readonly<Record<FindingCode, string>> = {
  TEXT_WITHOUT_AUDIT:
    'The text of a prompt or answer was served, but no audit record lists it. The audit record may still come (most within a day, some after a week), may have been collected by nobody before it expired, or Microsoft never wrote one.',
  AUDIT_WITHOUT_TEXT:
    'An audit record lists a prompt or answer whose text was never served, although it is of a kind whose text Microsoft serves. It may not be collected yet, may have been deleted, or the user had no Copilot licence when it was read.',
  CITED_NOT_LISTED:
    'The answer links or attaches a file of the tenant that no audit record of the exchange lists as accessed. Who read that file through Copilot cannot be seen in the audit log alone.',
  FLAGS_DIFFER:
    'Two records of one exchange contradict each other about a flag. The item counts as flagged.',
  FIELDS_DIFFER:
    'Two records of one exchange tell the same fact differently. The item shows what docs/spec/reconciliation.md prefers; both records are kept.',
  CHANGED_AFTERWARDS:
    'A record was served again with another text or flag. The item shows the newest version; the earlier ones are kept and can be shown.',
  ROWS_DIFFER:
    'Rows of a flattened export name one record but tell different things of it (user, time, operation or conversation), or other things than the record itself. They are kept apart, each as it is, and none of them is merged.',
  RUNTIME_TWIN:
    'The turn was logged twice, by the agent’s runtime and by the client, or several times by the runtime. It is counted and priced once.',
  AUTOMATIC_ANSWER:
    'An answer bears the mark of one that an application asked for by itself, while its prompt reads like a person’s. The exchange is not automatic; reports count its answers as automatic and its prompt as a prompt.',
  TEST_TRAFFIC:
    'A record says that the conversation was a maker’s test of the agent. It is no use of the agent by anybody.',
  CONTENT_FILTERED:
    'A record says that a content filter acted on the conversation. What was filtered is not in it.',
  ATTACHED_DOCUMENT:
    'A row of an eDiscovery report tells of a file that was found with a conversation and inherits its class. It is no message of the conversation.',
}

/** What an item is made of, as far as a disagreement can show in it. */
export interface Compared {
  readonly kind: Kind
  readonly surface: string | null
  readonly setting: 'chat' | 'file' | 'meeting' | null
  readonly agent: Agent | null
  readonly custodians: readonly Person[]
  readonly messages: MergedMessages
  readonly resources: MergedResources
  readonly versions: readonly Versions[]
}

/** Disagreements between the records of one item, and what one of them lacks. Never quotes what people wrote. */
export function findingsOf(tellings: readonly Told[], compared: Compared): ItemFinding[] {
  const findings: ItemFinding[] = []
  const find = (code: FindingCode, message: string, sequences: Iterable<number>) => {
    findings.push({ code, message, sequences: [...new Set(sequences)].toSorted((a, b) => a - b) })
  }
  if (compared.kind === 'interaction') findMissing(tellings, compared, find)
  findMarks(tellings, find)
  if (tellings.some(({ disputed }) => disputed))
    find(
      'ROWS_DIFFER',
      'Another row, or the record itself, tells something else under the id of this record',
      tellings.filter(({ disputed }) => disputed).map(({ sequence }) => sequence),
    )
  findAutomaticAnswer(compared.messages, find)
  if (tellings.length === 1) return findings
  findDiffering(tellings, compared, find)
  const changed = compared.versions.filter(changedAfterwards)
  if (changed.length > 0)
    find(
      'CHANGED_AFTERWARDS',
      'A record was served again with another text or flag; the newest version is shown',
      changed.flatMap((versions) => versions.map(({ sequence }) => sequence)),
    )
  const twins = tellings.filter(({ twin }) => twin)
  if (twins.length > 0)
    find(
      'RUNTIME_TWIN',
      `${count(twins.length, 'record')} of the agent’s runtime ${twins.length === 1 ? 'tells' : 'tell'} of the same turn; counted and priced once`,
      twins.map(({ sequence }) => sequence),
    )
  return findings
}

const MARKS: readonly (readonly [Mark, FindingCode, string])[] = [
  ['test-traffic', 'TEST_TRAFFIC', 'A maker’s test of the agent, no use of it'],
  ['content-filtered', 'CONTENT_FILTERED', 'A content filter acted on the conversation'],
  [
    'attached-document',
    'ATTACHED_DOCUMENT',
    'A file that was found with the conversation, no message of it',
  ],
]

function findMarks(tellings: readonly Told[], find: Find): void {
  // Few records have marks: nearly every item is through after one look at each.
  if (tellings.every(({ facts }) => facts.marks === undefined || facts.marks.length === 0)) return
  for (const [mark, code, message] of MARKS) {
    const marked = tellings.filter(({ facts }) => facts.marks?.includes(mark) === true)
    if (marked.length > 0)
      find(
        code,
        message,
        marked.map(({ sequence }) => sequence),
      )
  }
}

/** Applications send prompts in a person’s name, in words that no table knows; their answers are marked all the same. */
function findAutomaticAnswer({ messages }: MergedMessages, find: Find): void {
  const marked = messages.filter(({ role, automatic }) => role === 'answer' && automatic === true)
  if (marked.length === 0) return
  const prompts = messages.filter(({ role }) => role === 'prompt')
  const isAutomatic = prompts.some(({ automatic }) => automatic === true)
  if (isAutomatic || !prompts.some(({ automatic }) => automatic === false)) return
  find(
    'AUTOMATIC_ANSWER',
    'An answer bears the mark of an automatic one, its prompt does not',
    marked.flatMap(({ sequences }) => sequences),
  )
}

type Find = (code: FindingCode, message: string, sequences: Iterable<number>) => void

function findMissing(tellings: readonly Told[], compared: Compared, find: Find): void {
  const { messages, isAudited, notAudited, notAuditedIn, withoutText } = compared.messages
  const auditSequences = () =>
    tellings.filter(({ facts }) => facts.namespace === 'audit').map(({ sequence }) => sequence)
  if (notAudited > 0)
    find(
      'TEXT_WITHOUT_AUDIT',
      isAudited
        ? `No audit record lists ${notAudited} of ${count(messages.length, 'message')}`
        : 'No audit record tells of this exchange',
      notAuditedIn,
    )
  if (withoutText > 0 && isTextServed(compared.surface, compared.agent))
    find(
      'AUDIT_WITHOUT_TEXT',
      `The text of ${withoutText} of ${count(messages.length, 'message')} that the audit record lists was not served`,
      auditSequences(),
    )
  const { unlisted } = compared.resources
  if (unlisted.length > 0 && isAudited)
    find(
      'CITED_NOT_LISTED',
      `The answer points at ${count(unlisted.length, 'file')} of the tenant that the audit record does not list as accessed`,
      [...auditSequences(), ...unlisted.flatMap(({ sequences }) => sequences)],
    )
}

function findDiffering(tellings: readonly Told[], compared: Compared, find: Find): void {
  const current = tellings.filter(({ newer }) => newer === 0)
  const { jailbreakDiffers, roleDiffers, textDiffers } = compared.messages
  if (jailbreakDiffers.length > 0)
    find(
      'FLAGS_DIFFER',
      'Records contradict each other about a jailbreak attempt',
      jailbreakDiffers,
    )
  if (compared.resources.xpiaDiffers.length > 0)
    find(
      'FLAGS_DIFFER',
      'Records contradict each other about a cross-prompt injection in a resource',
      compared.resources.xpiaDiffers,
    )
  const differ = (field: string, sequences: readonly number[]) => {
    if (sequences.length > 0)
      find('FIELDS_DIFFER', `Records name different values for: ${field}`, sequences)
  }
  differ('role of a message', roleDiffers)
  differ('text of a message', textDiffers)
  const own = current.filter(({ twin }) => !twin)
  differ(
    'surface',
    whenSeveral(own, ({ facts }) => applicationOf(facts.surface)),
  )
  differ(
    'agent',
    // Graph names the application that answered, which is not the agent's id.
    whenSeveral(own, ({ facts }) =>
      facts.namespace === 'audit' ? (facts.agent?.key?.toLowerCase() ?? null) : null,
    ),
  )
  if (compared.custodians.length > 1 && compared.setting !== 'meeting')
    differ('user', authorsOfOnePrompt(own))
}

/** The sequences of all that say anything, when they do not all say the same. */
function whenSeveral(
  tellings: readonly Told[],
  valueOf: (told: Told) => string | null,
): readonly number[] {
  let first: string | null = null
  let several = false
  for (const told of tellings) {
    const value = valueOf(told)
    if (value === null) continue
    first ??= value
    several ||= value !== first
  }
  if (!several) return []
  return tellings.filter((told) => valueOf(told) !== null).map(({ sequence }) => sequence)
}

/** An audit record and a Graph item that name different people as the author of one prompt. */
function authorsOfOnePrompt(tellings: readonly Told[]): readonly number[] {
  const audits = new Map<string, Told>()
  for (const told of tellings) {
    if (told.facts.namespace !== 'audit' || (told.facts.user?.objectId ?? null) === null) continue
    for (const { id } of told.facts.messages) if (!audits.has(id)) audits.set(id, told)
  }
  const sequences: number[] = []
  for (const { facts, sequence } of tellings) {
    const author = facts.user?.objectId ?? null
    if (facts.namespace === 'audit' || author === null) continue
    for (const { id, role } of facts.messages) {
      const audit = role === 'prompt' ? audits.get(id) : undefined
      if (audit !== undefined && audit.facts.user?.objectId !== author)
        sequences.push(audit.sequence, sequence)
    }
  }
  return sequences
}

/** Surfaces that cannot be mistaken for each other. Hosts of the chat are left out: one chat shows in several of them. */
const APPLICATIONS: ReadonlySet<string> = new Set([
  'Word',
  'Excel',
  'PowerPoint',
  'Outlook',
  'OneNote',
  'Loop',
  'Whiteboard',
  'SharePoint',
  'Forms',
  'Planner',
  'Stream',
  'Designer',
])

function applicationOf(surface: string | null): string | null {
  return surface !== null && APPLICATIONS.has(surface) ? surface : null
}

/** Surfaces whose text Graph does not serve: what is not part of Microsoft 365 (interface reference d). */
const NO_TEXT_SERVED: ReadonlySet<string> = new Set([
  'Copilot Studio',
  'Security Copilot',
  'Defender',
  'Power BI',
  'Power Platform',
  'Logic App',
  'DevUI',
  'BashTool',
])

/** The text of Copilot Studio's agents is not served either. */
function isTextServed(surface: string | null, agent: Agent | null): boolean {
  return agent?.kind !== 'custom-engine' && (surface === null || !NO_TEXT_SERVED.has(surface))
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
