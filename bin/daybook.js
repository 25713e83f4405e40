#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must reach the sentence below instead of a syntax error.
import { existsSync } from 'node:fs'

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(
    `Daybook needs Node.js 24 or newer; this is ${process.versions.node}. Install Node 24, or on Linux run "npm ci" in the checkout and start it as "npm run -s daybook --".\n`,
  )
  process.exitCode = 2
} else {
  // A checkout runs its TypeScript as it is; the package has JavaScript only.
  const source = new URL('../src/cli/main.ts', import.meta.url)
  const built = new URL('../dist/cli/main.js', import.meta.url)
  if (existsSync(source) || existsSync(built)) {
    const { main } = await import(existsSync(source) ? source.href : built.href)
    await main(process.argv.slice(2))
  } else {
    process.stderr.write(
      'Daybook is not built: run "npm run build" where it was packed, and pack it again.\n',
    )
    process.exitCode = 1
  }
}
