// Adds to package-lock.json the optional platform packages that a registry did not carry when it was written: npm leaves
// them out then, and `npm ci` refuses the file on every other platform. Run after each change of dependencies.
import { readFileSync, writeFileSync } from 'node:fs'

interface Entry {
  version?: string
  cpu?: string[]
  os?: string[]
  optional?: boolean
  optionalDependencies?: Record<string, string>
}

const OS = 'darwin win32 linux freebsd android openbsd netbsd sunos aix openharmony'.split(' ')
const CPU = 'arm64 x64 ia32 arm ppc64 riscv64 s390x loong64 mips64el wasm32'.split(' ')

const lock: { packages: Record<string, Entry> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
)
const { packages } = lock
let added = 0
for (const [path, entry] of Object.entries({ ...packages })) {
  for (const [name, spec] of Object.entries(entry.optionalDependencies ?? {})) {
    if (packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`]) continue
    packages[`node_modules/${name}`] = platformEntry(name, spec)
    added += 1
  }
}
lock.packages = Object.fromEntries(
  Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1)),
)
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`added ${added}\n`)

// What such a package runs on stands in its name: `@chdb/lib-darwin-arm64`.
function platformEntry(name: string, spec: string): Entry {
  const words = name.split(/[/-]/)
  const os = OS.find((word) => words.includes(word))
  const cpu =
    CPU.find((word) => words.includes(word)) ?? (words.includes('armv7') ? 'arm' : undefined)
  return {
    version: spec.replace(/^[\^~]/, ''),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
  }
}
