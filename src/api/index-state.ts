import { CodedError } from '../platform/errors.ts'
import type { IndexStore } from '../query/index-store.ts'
import type { AppContext } from './context.ts'

/** How much of the archive an answer covers. */
export interface IndexState {
  readonly complete: boolean
  /** Records that are archived but not yet searchable. */
  readonly behind: number
}

export function openIndexOf(app: AppContext): IndexStore {
  if (app.index === null)
    throw new CodedError('INDEX_NOT_OPEN', 'This process was started without the search index')
  return app.index
}

export async function indexState(app: AppContext): Promise<IndexState> {
  let behind = 0
  for (const tenant of app.archives.tenants()) {
    const writer = await app.archives.writer(tenant)
    behind += writer.nextSequence('records') - (app.index?.watermark(tenant) ?? 0)
  }
  return { complete: behind === 0, behind }
}
