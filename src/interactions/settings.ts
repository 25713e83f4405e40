import type { Context } from './record.ts'

/**
 * Chat, file or meeting, by the contexts in order: a meeting decides at once; a chat of a meeting thread is that
 * meeting; another context is a file; none is a chat. Interface reference section i; a channel counts as a chat.
 */
export function settingOf(contexts: readonly Context[]): 'chat' | 'file' | 'meeting' {
  for (const { id, type } of contexts) {
    const lower = type === null ? '' : type.toLowerCase()
    if (lower === 'teamsmeeting') return 'meeting'
    if (lower === 'teamschat' || lower === 'teamschannel') {
      if (id !== null && id.includes('19:meeting_')) return 'meeting'
      continue
    }
    return 'file'
  }
  return 'chat'
}
