type Child = Node | string

/**
 * Makes an element. Text goes in as text only: names and contents of an export are hostile, and nothing on this page
 * is ever read as HTML.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children.map((child) => (typeof child === 'string' ? visible(child) : child)))
  return made
}

/** The element of the page with an id. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`The page has no ${id}`)
}

const LONGEST = 2000

/** Shows what would steer the text around it (right-to-left marks, control characters) as what it is, and cuts what is endless. */
function visible(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}… (cut off)` : text
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (mark) =>
    mark === '\n'
      ? mark
      : `⟨U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}
