// eDiscovery builds its ids out of the thread's, without the punctuation: `19:abc_d-e@thread.v2` becomes
// `19abcd-ethreadv2`. Seen in items reports of Teams-stored messages (docs/spec/interaction-model.md, "eDiscovery rows").

const IN_ID = /\/TEAMS\/(19[^/]{1,200})\/\d{8,12}\//i
const SQUEEZED = /^19([A-Za-z0-9-]+)threadv2$/
/** Letters of a Copilot thread's own part: when none is missing, none was punctuation. */
const WHOLE_LENGTH = 44

/** The thread that an item's id names; null when it names none. `exact`: spelled as Microsoft's other sources do. */
export function threadOf(
  ...ids: readonly (string | null)[]
): { readonly id: string; readonly exact: boolean } | null {
  for (const id of ids) {
    const squeezed = id === null ? undefined : IN_ID.exec(id)?.[1]
    if (squeezed === undefined) continue
    const body = SQUEEZED.exec(squeezed)?.[1]
    return body !== undefined && body.length === WHOLE_LENGTH
      ? { id: `19:${body}@thread.v2`, exact: true }
      : { id: squeezed, exact: false }
  }
  return null
}
