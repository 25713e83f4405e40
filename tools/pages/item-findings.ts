import { FINDINGS } from '../../src/interactions/findings.ts'
import { code, pageHead } from './page.ts'

/** docs/reference/item-findings.md */
export function itemFindingsPage(): string {
  const sections = Object.entries(FINDINGS).map(
    ([name, meaning]) => `## ${name}\n\n${meaning}\n\nSearch: ${code(`finding:${name}`)}\n`,
  )
  return `${pageHead('Findings about items', 'src/interactions/findings.ts')}
What the records of one item disagree about, or what one of them lacks. When exactly each is given:
[Reconciliation](../spec/reconciliation.md), section 9. What \`verify\` finds is another matter: [Findings](findings.md).

${sections.join('\n')}`
}
