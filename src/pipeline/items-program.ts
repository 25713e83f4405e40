import type { ItemsProgram } from '../discovery/export/write-items.ts'
import type { Contexts } from './protocol.ts'

/** How exports make items on threads. */
export function itemsProgram(contexts: () => Contexts): ItemsProgram {
  // In the checkout the sources run as they are; in the package this file and the worker end in `.js`.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return {
    url: new URL(`./items-worker.${ending}`, import.meta.url),
    setting: () => ({ contexts: contexts() }),
  }
}
