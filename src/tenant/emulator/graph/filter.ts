/** The bounds in a `$filter` on createdDateTime, both exclusive; null when it says something else. */
export function spanOf(
  filter: string | undefined,
): { readonly from: number; readonly to: number } | null {
  let [from, to] = [-Infinity, Infinity]
  if (filter === undefined || filter.trim() === '') return { from, to }
  for (const clause of filter.split(/\s+and\s+/i)) {
    const found = /^\(?\s*createdDateTime\s+(gt|ge|lt|le)\s+(\S+?)\s*\)?$/i.exec(clause.trim())
    const at = Date.parse(found?.[2] ?? '')
    if (found === null || Number.isNaN(at)) return null
    if (found[1]?.toLowerCase().startsWith('g') === true) from = Math.max(from, at)
    else to = Math.min(to, at)
  }
  return { from, to }
}
