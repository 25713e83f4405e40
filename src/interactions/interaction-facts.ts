import type {
  Agent,
  Context,
  Facts,
  Flag,
  Message,
  Person,
  ReadContext,
  Resource,
  Role,
} from './record.ts'
import { agentKey } from './agents.ts'
import { isAutomatic, isAutomaticRun } from './automatic.ts'
import { readable, textOfCard } from './card-text.ts'
import type { CitedLink } from './card-text.ts'
import { guid, isFields, listOf, word } from './fields.ts'
import type { Fields } from './fields.ts'
import { textOfHtml, textOfPlain } from './html-text.ts'
import { placeOf, siteOf } from './places.ts'
import { settingOf } from './settings.ts'
import { canonicalSurface } from './surfaces.ts'
import { parseTime } from './times.ts'
import { unreadItemText } from './unread-text.ts'

// Microsoft's own Copilot application: an answer from it is Copilot's, from another one an agent's.
const COPILOT_APPLICATION = 'fb8d773d-7ef8-4ec0-a117-179f88add510'
const MAX_ID = 512

/** What one Graph aiInteraction says: one prompt, or one answer. */
export function interactionFacts(item: Fields, context: ReadContext): Facts {
  const from = isFields(item['from']) ? item['from'] : NOBODY
  const fromUser = isFields(from['user']) ? from['user'] : null
  const application = isFields(from['application']) ? from['application'] : null
  const custodian = custodianOf(context.custodian)
  const author = fromUser === null ? null : authorOf(fromUser)
  const role = roleOf(item['interactionType'], fromUser, application)
  const served = word(item['appClass'])
  const surface = served === null ? null : canonicalSurface(served)
  const id = word(item['id'])
  const sessionId = word(item['sessionId'])
  const links: CitedLink[] = []
  const text = textOf(item, links)
  const contexts = contextsOf(item['contexts'])
  const occurredAt = parseTime(item['createdDateTime'])
  const automatic: Flag =
    isAutomaticRun(served) || isAutomaticRun(word(item['conversationType']))
      ? true
      : isAutomatic(text, role, surface)
  const message: Message = {
    id: id ?? '',
    role,
    text,
    at: occurredAt,
    automatic,
    jailbreak: null,
    etag: word(item['etag']),
  }
  const known = id !== null || sessionId !== null || item['interactionType'] !== undefined
  const facts: Facts = {
    format: 'ai-interaction',
    namespace: 'interaction',
    nativeId: nativeIdOf(custodian ?? author, sessionId, id),
    tenantId: fromUser === null ? null : guid(fromUser['tenantId']),
    kind: 'interaction',
    recordType: '',
    recordTypeNumber: null,
    operation: '',
    workload: '',
    unmapped: known ? null : 'no field of an aiInteraction',
    occurredAt,
    user: author ?? custodian,
    userType: null,
    clientIp: null,
    region: null,
    locale: word(item['locale']),
    surface,
    servedSurface: served,
    setting: known ? settingOf(contexts) : null,
    contexts,
    sessionId,
    requestId: word(item['requestId']),
    conversationId: null,
    correlationId: null,
    agent: agentOf(application, served),
    messages: known ? [message] : [],
    resources: resourcesOf(item, links),
    plugins: [],
    models: [],
    web: null,
    tenantGrounded: null,
    dlp: null,
    labels: [],
    text: known ? unreadItemText(item) : '',
  }
  return custodian === null ? facts : { ...facts, custodian }
}

const NOBODY: Fields = {}

function roleOf(served: unknown, user: Fields | null, application: Fields | null): Role | null {
  if (served === 'userPrompt' || served === 'humanMessage') return 'prompt'
  if (served === 'aiResponse') return 'answer'
  if (user !== null) return 'prompt'
  return application === null ? null : 'answer'
}

function custodianOf(custodian: string | undefined): Person | null {
  if (custodian === undefined || custodian.length === 0) return null
  return custodian.includes('@')
    ? { objectId: null, upn: custodian.trim().toLowerCase(), name: null }
    : { objectId: custodian.trim().toLowerCase(), upn: null, name: null }
}

function authorOf(user: Fields): Person | null {
  const objectId = guid(user['id'])
  const shown = word(user['displayName'])
  // `8:orgid:{guid}` is the id once more, not a name.
  const name = shown === null || shown.startsWith('8:') ? null : shown
  const upn = name !== null && name.includes('@') ? name.toLowerCase() : null
  return objectId === null && name === null
    ? null
    : { objectId, upn, name: upn === null ? name : null }
}

/**
 * User, session and id. The user is the one whose history it was served from, where the source says so; else the
 * author; an answer of which neither is known has an empty user, so that it is one record however often it is served.
 */
function nativeIdOf(
  owner: Person | null,
  sessionId: string | null,
  id: string | null,
): string | null {
  if (sessionId === null || id === null) return null
  const user = owner?.objectId ?? owner?.upn ?? owner?.name ?? ''
  const key = `${user}/${sessionId}/${id}`
  return key.length > MAX_ID ? null : key
}

function contextsOf(served: unknown): Context[] {
  const contexts: Context[] = []
  for (const context of listOf(served)) {
    if (!isFields(context)) continue
    contexts.push({
      id: word(context['contextReference']),
      type: word(context['contextType']),
      name: word(context['displayName']),
    })
  }
  return contexts
}

function agentOf(application: Fields | null, appClass: string | null): Agent | null {
  const id = application === null ? null : word(application['id'])
  const isAgentClass = appClass !== null && /\.(?:studio|connectedaiapp)\./i.test(appClass)
  if (application === null || ((id === null || id === COPILOT_APPLICATION) && !isAgentClass))
    return null
  return {
    id,
    key: id === null ? null : agentKey(id),
    name: word(application['displayName']),
    appIdentity: null,
    kind: 'unknown',
    origin: 'unknown',
  }
}

function textOf(item: Fields, links: CitedLink[]): string | null {
  const body = item['body']
  let text: string | null = null
  if (isFields(body) && typeof body['content'] === 'string') {
    const content = body['content']
    const isHtml = typeof body['contentType'] !== 'string' || body['contentType'] !== 'text'
    text = readable(isHtml ? textOfHtml(content) : textOfPlain(content), links)
  }
  for (const attachment of listOf(item['attachments'])) {
    if (!isFields(attachment) || typeof attachment['content'] !== 'string') continue
    if (!isCard(attachment['contentType'])) continue
    const card = textOfCard(attachment['content'], links)
    if (card === null || card.length === 0 || text === card) continue
    text = text === null || text.length === 0 ? card : `${text}\n${card}`
  }
  return text
}

function isCard(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.includes('card')
}

function resourcesOf(item: Fields, cited: readonly CitedLink[]): Resource[] {
  const byTarget = new Map<string, Resource>()
  for (const link of listOf(item['links'])) {
    if (!isFields(link)) continue
    add(byTarget, link['linkUrl'], link['displayName'], link['linkType'], 'link')
  }
  for (const { url, label } of cited) add(byTarget, url, label, null, 'link')
  for (const attachment of listOf(item['attachments'])) {
    if (!isFields(attachment)) continue
    const { contentUrl, name, contentType } = attachment
    // A card without URL is the answer itself, not something it rests on.
    if (word(contentUrl) !== null || !isCard(contentType))
      add(byTarget, contentUrl, name, contentType, 'attachment')
  }
  return [...byTarget.values()]
}

// Graph lists a target twice, once with EntityRepresentationId: one resource, by the shorter URL.
function add(
  byTarget: Map<string, Resource>,
  servedUrl: unknown,
  servedName: unknown,
  servedType: unknown,
  origin: 'link' | 'attachment',
): void {
  const url = word(servedUrl)
  const name = word(servedName)
  if (url === null && name === null) return
  const target = url === null ? null : withoutRepresentation(url)
  const key = target ?? `named ${name}`
  const type = word(servedType)
  const known = byTarget.get(key)
  if (known !== undefined) {
    if (known.name === null && name !== null) byTarget.set(key, { ...known, name })
    return
  }
  byTarget.set(key, {
    id: null,
    name,
    url: target,
    site: target === null ? null : siteOf(target),
    type,
    action: null,
    status: null,
    labelId: null,
    xpia: null,
    dlp: null,
    policies: [],
    origin,
    place: placeOf(target, type, null, null),
  })
}

function withoutRepresentation(url: string): string {
  const at = url.indexOf('EntityRepresentationId=')
  if (at < 1) return url
  const end = url.indexOf('&', at)
  // The separator before it goes with it, unless something follows that then needs it.
  return end < 0 ? url.slice(0, at - 1) : url.slice(0, at) + url.slice(end + 1)
}
