/** The rows of a whole CSV text, without their line ends; line breaks inside quotes stay. Empty rows are left out. */
export function* csvRows(text: string): Generator<string> {
  let start = 0
  let quoted = false
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? 10 : text.charCodeAt(at)
    if (code === 34) quoted = !quoted
    else if ((code === 10 || code === 13) && (!quoted || at === text.length)) {
      if (text.slice(start, at).trim() !== '') yield text.slice(start, at)
      start = at + 1
    }
  }
}

/** The delimiter of a header: the one of `,`, `;`, tab and `|` that it holds most of. */
export function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length
  return [',', ';', '\t', '|'].reduce((best, one) => (count(one) > count(best) ? one : best))
}
