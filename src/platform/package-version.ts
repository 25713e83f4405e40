import { readFileSync } from 'node:fs'

/** Daybook's own version, from the package.json above the code (of the checkout or of the package). */
export function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return typeof content === 'object' && content !== null && 'version' in content
    ? String(content.version)
    : 'unknown'
}
