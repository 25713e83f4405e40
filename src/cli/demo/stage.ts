import type { Console, Invocation } from '../command.ts'
import { visible, wrap } from '../terminal.ts'

/** What the demo plays on: numbered steps, the commands that a person would type, and a list of what went wrong. */
export interface Stage {
  readonly console: Console
  /** The same without notes. */
  readonly quietNotes: Console
  step(title: string, ...commands: readonly string[]): void
  command(text: string): void
  say(text: string): void
  heading(text: string): void
  result(text: string): void
  /** Keeps `what` as a problem unless it is true. */
  expect(what: string, isTrue: boolean): void
  problems(): readonly string[]
}

export function stage({ console: real, json }: Invocation): Stage {
  const console: Console = json ? { ...real, line: () => undefined, note: () => undefined } : real
  const { paint, width } = console
  const problems: string[] = []
  let steps = 0
  const command = (text: string) => {
    // As a shell takes it: a long one goes on behind a backslash, inside single quotes without one.
    let isQuoted = false
    wrap(visible(text), width - 6).forEach((line, at, lines) => {
      if (line.split("'").length % 2 === 0) isQuoted = !isQuoted
      const start = at === 0 ? paint('dim', '$ ') : '    '
      console.line(
        `${start}${paint('cyan', line)}${at < lines.length - 1 && !isQuoted ? ' \\' : ''}`,
      )
    })
  }
  return {
    console,
    quietNotes: { ...console, note: () => undefined },
    step(title, ...commands) {
      steps += 1
      if (steps > 1) console.line()
      const head = ` ${steps}  ${title} `
      console.line(
        `${paint('inverse', head)}${paint('dim', '─'.repeat(Math.max(0, width - head.length)))}`,
      )
      commands.forEach(command)
    },
    command,
    heading(text) {
      console.line()
      wrap(text, width).forEach((line) => console.line(paint('bold', line)))
    },
    say: (text) => wrap(text, width).forEach((line) => console.line(line)),
    result: (text) => console.line(`  ${text}`),
    expect(what, isTrue) {
      if (!isTrue) problems.push(what)
    },
    problems: () => problems,
  }
}
