import { EXPORT_FINDINGS } from '../../src/verify/export/findings.ts'
import { pageHead } from './page.ts'

/** docs/reference/export-findings.md */
export function exportFindingsPage(): string {
  const sections = Object.entries(EXPORT_FINDINGS)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { meaning, action }]) => `## ${code}\n\n${meaning}\n\n**What to do.** ${action}\n`)
  return `${pageHead('Findings of `daybook verify --export`', 'src/verify/export/findings.ts')}
What is wrong with an export that was handed over; the offline verifier \`verify.html\` reports the same codes. When
exactly each is given: [The export format](../spec/export-format.md), section 6. What \`verify\` finds in an archive is
another matter: [Findings](findings.md).

${sections.join('\n')}`
}
