// `npm ci` wants package-lock.json to name the optional packages of every platform; a registry that lacks some leaves them out.
import { readFileSync } from 'node:fs'

type Entry = {
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly resolved?: string
}

const lock: { readonly packages: Readonly<Record<string, Entry>> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
)
const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
  Object.keys(entry.optionalDependencies ?? {}).filter(
    (name) =>
      !(`${path}/node_modules/${name}` in lock.packages) &&
      !(`node_modules/${name}` in lock.packages),
  ),
)
const addressed = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined)

if (missing.length > 0) {
  process.stderr.write(
    `package-lock.json lacks ${missing.join(', ')}; run "node tools/complete-lockfile.ts"\n`,
  )
  process.exitCode = 1
}
if (addressed.length > 0) {
  process.stderr.write(
    'package-lock.json names download addresses; install with "omit-lockfile-registry-resolved=true"\n',
  )
  process.exitCode = 1
}
