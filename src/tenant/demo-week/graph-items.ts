import { answerWithFootnotes, answerWithLinks, citedIn, plainAnswer } from './citations.ts'
import type { Json } from './audit-records.ts'
import { COLLEAGUES, MATERIALS, TENANT_ID } from './firm.ts'
import { guidOf } from './ids.ts'
import type { Moment } from './moments.ts'
import type { App } from './story.ts'

/** One aiInteraction, and when it came into being. */
export interface GraphItem {
  readonly createdAt: number
  readonly json: { readonly [name: string]: Json }
}

// Every Copilot of Microsoft's own speaks as this application.
const COPILOT_APPLICATION = 'fb8d773d-7ef8-4ec0-a117-179f88add510'

export function promptItem(moment: Moment): GraphItem {
  const { turn, askedAt } = moment
  const { objectId } = COLLEAGUES[turn.who]
  const user = {
    '@odata.type': '#microsoft.graph.teamworkUserIdentity',
    id: objectId,
    displayName: `8:orgid:${objectId}`,
    userIdentityType: 'aadUser',
    tenantId: TENANT_ID,
  }
  const json = {
    ...commonPart(moment, askedAt, 'userPrompt', askedAt),
    from: { ...FROM, application: null, device: null, user },
    body: { contentType: 'text', content: plainAnswer(turn.prompt) },
    attachments: [],
    links: [],
    mentions: [],
  }
  return { createdAt: askedAt, json }
}

/** `changedAt`: when the answer got the text it has now; epoch milliseconds. */
export function answerItem(moment: Moment, answer: string, changedAt: number): GraphItem {
  const { turn, answeredAt } = moment
  const application = {
    '@odata.type': '#microsoft.graph.teamworkApplicationIdentity',
    id: COPILOT_APPLICATION,
    displayName: turn.app === 'Chat' ? 'Microsoft 365 Chat' : `Copilot in ${turn.app}`,
    applicationIdentityType: 'bot',
  }
  const json = {
    ...commonPart(moment, answeredAt, 'aiResponse', changedAt),
    from: { ...FROM, device: null, user: null, application },
    ...contentOf(moment, answer),
    links: linksOf(moment, answer),
    mentions: [],
  }
  return { createdAt: answeredAt, json }
}

const FROM = { '@odata.type': '#microsoft.graph.chatMessageFromIdentitySet' }

const CLASS: Readonly<Record<App, string>> = {
  Word: 'Word',
  Excel: 'Excel',
  PowerPoint: 'PowerPoint',
  Outlook: 'Outlook',
  Teams: 'Teams',
  Chat: 'BizChat',
}

function commonPart(moment: Moment, at: number, type: string, changedAt: number) {
  const { turn, sessionId, requestId } = moment
  return {
    id: String(at),
    sessionId,
    requestId,
    appClass: `IPM.SkypeTeams.Message.Copilot.${CLASS[turn.app]}`,
    interactionType: type,
    conversationType: turn.app === 'Chat' ? 'bizchat' : 'appchat',
    etag: String(changedAt),
    createdDateTime: new Date(at).toISOString(),
    locale: COLLEAGUES[turn.who].locale,
    contexts: contextsOf(moment),
  }
}

function contextsOf({ turn, meetingThread }: Moment): Json[] {
  if (meetingThread !== null)
    return [
      {
        contextReference: `https://microsoft.teams.com/threads/${meetingThread}`,
        displayName: turn.meeting ?? '',
        contextType: 'TeamsMeeting',
      },
    ]
  if (turn.on === undefined) return []
  const { url, name, type } = MATERIALS[turn.on]
  return [{ contextReference: url, displayName: name, contextType: type }]
}

/** Chat and mail answer in an adaptive card, meetings in plain text with a reference, documents in HTML. */
function contentOf(moment: Moment, answer: string) {
  const { turn, meetingThread, key } = moment
  if (meetingThread !== null) {
    const reference = {
      attachmentId: meetingThread,
      contentType: 'reference',
      contentUrl: `https://microsoft.teams.com/threads/${meetingThread}`,
      content: null,
      name: turn.meeting ?? '',
    }
    const content = `${plainAnswer(answer)}<attachment id="${meetingThread}"></attachment>`
    return { body: { contentType: 'text', content }, attachments: [reference] }
  }
  if (turn.app === 'Chat' || turn.app === 'Outlook') {
    const attachmentId = guidOf(`card ${key}`).replaceAll('-', '')
    const card = {
      attachmentId,
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: cardOf(answer),
      name: null,
    }
    const content = `<attachment id="${attachmentId}"></attachment>`
    return { body: { contentType: 'html', content }, attachments: [card] }
  }
  return { body: { contentType: 'html', content: html(plainAnswer(answer)) }, attachments: [] }
}

/** The answer twice, as real cards hold it, indented and with Windows line ends. */
function cardOf(answer: string): string {
  const card = {
    type: 'AdaptiveCard',
    version: '1.0',
    body: [
      { type: 'TextBlock', text: answerWithLinks(answer), wrap: true },
      {
        type: 'TextBlock',
        id: 'MessageTextField',
        text: answerWithFootnotes(answer),
        wrap: true,
      },
    ],
  }
  return JSON.stringify(card, null, 2).replaceAll('\n', '\r\n')
}

/** Each cited file twice, once with the id of its representation, as real items have them. */
function linksOf({ key }: Moment, answer: string): Json[] {
  return citedIn(answer).flatMap((cited) => {
    const { name, url, place } = MATERIALS[cited]
    if (place !== 'file' || url === null) return []
    const representation = guidOf(`representation ${key} ${cited}`)
    return [
      {
        linkUrl: `${url}?web=1&EntityRepresentationId=${representation}`,
        displayName: name,
        linkType: 'File',
      },
      { linkUrl: `${url}?web=1`, displayName: name, linkType: 'File' },
    ]
  })
}

function html(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<p>${escaped.replaceAll('\n', '<br>')}</p>`
}
