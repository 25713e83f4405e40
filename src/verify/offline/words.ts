// Numbers, sizes and times as a person reads them. Not in the reader's own language and time zone: two people who
// print the same check must hold the same page.

/** `1,047 records`, `1 record`. */
export function amount(count: number, one: string, many = `${one}s`): string {
  return `${thousands(count)} ${count === 1 ? one : many}`
}

/** `3.4 MB`. */
export function bytesAsText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let [value, unit] = [bytes, 0]
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return unit === 0 ? amount(bytes, 'byte') : `${value.toFixed(1)} ${units[unit] ?? ''}`
}

/** `2026-03-06 12:00:00 UTC` of an instant; other text as it is. */
export function momentAsText(instant: unknown): string {
  if (typeof instant !== 'string') return 'an unknown date'
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(instant) ?? []
  return day === undefined || time === undefined ? instant : `${day} ${time} UTC`
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1] ?? ''}`
}

/** `1,047`. */
export const thousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')
