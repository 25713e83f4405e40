import { looksLikeGuid } from '../fields.ts'
import type { TableRow } from '../table-row.ts'

/** What one row of an items report is. Rules: docs/spec/interaction-model.md, "eDiscovery rows". */
export type RowKind = 'message' | 'conversation' | 'document' | 'other'

/** Classes of mailbox items that no application of Copilot writes; their rows are counted and dropped. */
const NOT_AI: readonly RegExp[] = [
  /^IPM\.Note(?:\.|$)/i,
  /^IPM\.Appointment(?:\.|$)/i,
  /^IPM\.Schedule\./i,
  /^IPM\.Task(?:\.|$)/i,
  /^IPM\.Activity(?:\.|$)/i,
  /^IPM\.StickyNote(?:\.|$)/i,
  /^IPM\.DistList(?:\.|$)/i,
  /^IPM\.Post(?:\.|$)/i,
  /^REPORT\./i,
  // A message between people: those of Copilot and of agents have a longer class.
  /^IPM\.SkypeTeams\.Message$/i,
]

const OF_AI = /copilot|connectedaiapp|aiapp/i
/** Ways in which a message itself is exported; every other ending is a file of somebody's. */
const MESSAGE_FILES = new Set(['html', 'htm', 'msg', 'eml', 'pst', 'txt', 'json', 'rsmf'])
const OF_FILES = /sharepoint|onedrive/i

/** True for rows of mail, meetings and the like, which have nothing to do with Copilot. */
export function isNotAboutAi(itemClass: string | null): boolean {
  return itemClass !== null && !OF_AI.test(itemClass) && NOT_AI.some((one) => one.test(itemClass))
}

/**
 * A file that was attached or linked inherits the item class of the message it was found with, so the class alone says
 * nothing: where the item lies decides first, then whether it is a whole conversation.
 */
export function rowKindOf(row: TableRow, itemClass: string | null): RowKind {
  if (isDocument(row)) return 'document'
  if (itemClass === null || !OF_AI.test(itemClass)) return 'other'
  if (row.word('internetmessageid', 'emailmessageid') !== null) return 'message'
  const isConversation =
    row.word('conversationtype', 'conversationname') !== null ||
    severalSenders(row) ||
    isTranscript(row)
  return isConversation ? 'conversation' : 'message'
}

function isDocument(row: TableRow): boolean {
  if (OF_FILES.test(row.word('workload', 'location') ?? '')) return true
  if (row.word('spodocumentlink', 'preservationoriginalurl') !== null) return true
  const unique = row.word('spouniqueid')
  if (unique !== null && looksLikeGuid(unique) && /[1-9a-f]/i.test(unique)) return true
  if (/^true$/i.test(row.word('isattachmentfromtranscript', 'isdocfromconversation') ?? ''))
    return true
  if (/^(?:document|attachment)$/i.test(row.word('fileclass', 'type') ?? '')) return true
  const ending = row.word('fileextension', 'originalfileextension', 'nativeextension')
  const parent = row.word('modernattachmentparentid', 'parentid')
  return (
    ending !== null &&
    parent !== null &&
    row.word('internetmessageid', 'emailmessageid') === null &&
    !MESSAGE_FILES.has(ending.replace(/^\./, '').toLowerCase())
  )
}

function severalSenders(row: TableRow): boolean {
  return (row.word('sender', 'emailsender', 'senderauthor', 'senderorcreatedby') ?? '').includes(
    ';',
  )
}

// The id of a conversation's transcript ends with its file, that of a message in it goes on behind.
function isTranscript(row: TableRow): boolean {
  return /\.html?$/i.test(row.word('immutableid') ?? '')
}
