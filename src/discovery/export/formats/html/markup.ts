import { textRuns } from '../../../../platform/visible-text.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that others wrote, as markup: nothing of it is read as markup, and characters that would hide are spelt out. */
export function shown(text: string): string {
  return textRuns(text)
    .map((run) =>
      run.hidden
        ? `<span class="hidden-character" title="a character that would not show">${run.text}</span>`
        : escaped(run.text),
    )
    .join('')
}

/** The same where no element may stand: a title, an attribute. */
export function plain(text: string): string {
  return textRuns(text)
    .map((run) => (run.hidden ? escaped(`<${run.text}>`) : escaped(run.text)))
    .join('')
    .replaceAll('\n', ' ')
}

/** A name inside a sentence: its direction stays its own. */
export function name(text: string): string {
  return `<bdi>${shown(text)}</bdi>`
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
