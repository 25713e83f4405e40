import { MATERIALS, type Material, type MaterialKey } from './firm.ts'

const MARKER = /\{([a-z][A-Za-z]+)\}/g

/** What an answer cites, in the order of first mention. */
export function citedIn(answer: string): MaterialKey[] {
  const keys = [...answer.matchAll(MARKER)].map(([, key = '']) => materialKey(key))
  return [...new Set(keys)]
}

/** The answer as a person reads it: names instead of markers. */
export function plainAnswer(answer: string): string {
  return answer.replace(MARKER, (_, key: string) => materialCalled(key).name)
}

/** As the first text block of a real card has it: names as links, and a numbered link behind each. */
export function answerWithLinks(answer: string): string {
  const cited = citedIn(answer)
  return answer.replace(MARKER, (_, key: string) => {
    const { name, url } = materialCalled(key)
    const address = url ?? ''
    return `**[${name}](${address})**[${cited.indexOf(materialKey(key)) + 1}](${address})`
  })
}

/** As the second text block has it: names, and a footnote behind each. */
export function answerWithFootnotes(answer: string): string {
  const cited = citedIn(answer)
  return answer.replace(
    MARKER,
    (_, key: string) => `**${materialCalled(key).name}**[^${cited.indexOf(materialKey(key)) + 1}^]`,
  )
}

function materialCalled(key: string): Material {
  return MATERIALS[materialKey(key)]
}

function materialKey(key: string): MaterialKey {
  if (!isMaterial(key)) throw new Error(`The demo week has no material "${key}"`)
  return key
}

function isMaterial(key: string): key is MaterialKey {
  return Object.hasOwn(MATERIALS, key)
}
