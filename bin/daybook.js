#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must reach the sentence below instead of a syntax error.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(
    `Daybook needs Node.js 24 or newer; this is ${process.versions.node}. Install Node 24, or on Linux run "npm ci" in the checkout and start it as "npm run -s daybook --".\n`,
  )
  process.exitCode = 2
} else {
  keepWhatIsCompiled()
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

/**
 * What Node compiles for one start serves the next, which then takes half the time. Where it cannot be kept, nothing is
 * said. `NODE_COMPILE_CACHE` names another folder, `NODE_DISABLE_COMPILE_CACHE=1` turns it off.
 */
function keepWhatIsCompiled() {
  if (process.env['NODE_COMPILE_CACHE'] !== undefined) return
  const caches = cacheFolder()
  if (caches === null || !existsSync(dirname(caches))) return
  const folder = join(caches, 'daybook', 'compiled')
  // By the environment for worker threads and child processes, which do not see what is enabled here.
  if (module.enableCompileCache(folder).directory !== undefined)
    process.env['NODE_COMPILE_CACHE'] = folder
}

/** This user's own, never the temporary folder: whoever could write there could have their code run. */
function cacheFolder() {
  try {
    if (process.platform === 'win32') return process.env['LOCALAPPDATA'] ?? null
    if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches')
    return process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  } catch {
    // A container may run under a number that has no name and no home.
    return null
  }
}
