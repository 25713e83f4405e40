import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

// Every folder of src/, and the folders it may import: ARCHITECTURE.md explains, this enforces. Arrows only point down.
const MAY_IMPORT: Record<string, readonly string[]> = {
  cli: ['api', 'pipeline', 'tenant', 'verify', 'platform'],
  api: [
    'access',
    'activity',
    'discovery',
    'reports',
    'retention',
    'detections',
    'query',
    'catalog',
    'archive',
    'verify',
    'interactions',
    'platform',
  ],
  pipeline: [
    'sources',
    'sinks',
    'detections',
    'retention',
    'discovery',
    'reports',
    'activity',
    'query',
    'catalog',
    'archive',
    'interactions',
    'platform',
  ],
  discovery: ['retention', 'query', 'catalog', 'archive', 'interactions', 'platform'],
  reports: ['retention', 'query', 'catalog', 'archive', 'interactions', 'platform'],
  retention: ['query', 'catalog', 'archive', 'interactions', 'platform'],
  detections: ['query', 'interactions', 'platform'],
  activity: ['archive', 'catalog', 'platform'],
  access: ['catalog', 'platform'],
  query: ['archive', 'interactions', 'platform'],
  sources: ['interactions', 'platform'],
  sinks: ['interactions', 'platform'],
  tenant: ['interactions', 'platform'],
  verify: ['archive', 'platform'],
  archive: ['platform'], // knows bytes, never what is in them
  catalog: ['platform'],
  interactions: ['platform'],
  platform: [],
}

// The composition root, the CLI's entry (which starts it) and the package's door.
const ROOTS = new Set(['app.ts', 'index.ts', 'cli/main.ts'])

// verify/ re-derives; it may read the archive's formats but nothing that writes them.
const WRITERS = /^archive\/(writer|open-segment|recovery|seal|log-writer|key-file)[^/]*\.ts$/

const top = (file: string) => file.split('/')[0] ?? ''
const plugin = (file: string) => /^(sources|sinks)\/[^/]+(?=\/)/.exec(file)?.[0]

test('every folder of src/ has a place in the layers', () => {
  const homeless = sourceFiles().filter((file) => !ROOTS.has(file) && !(top(file) in MAY_IMPORT))
  expect(homeless).toEqual([])
  expect(sourceFiles().length).toBeGreaterThan(40) // guards against a checker that sees nothing
})

test('imports follow the layers', () => {
  const trespasses = sourceFiles().flatMap((file) =>
    importsOf(file)
      .filter(
        (target) =>
          !ROOTS.has(file) &&
          top(target) !== top(file) &&
          !MAY_IMPORT[top(file)]?.includes(top(target)),
      )
      .map((target) => `${file} must not import ${target}`),
  )
  expect(trespasses).toEqual([])
})

test('a source or sink never imports another one', () => {
  const trespasses = sourceFiles().flatMap((file) =>
    importsOf(file).filter(
      (target) => plugin(file) && plugin(target) && plugin(file) !== plugin(target),
    ),
  )
  expect(trespasses).toEqual([])
})

test('verify/ imports nothing that writes an archive, opens a database or a network', () => {
  const reached = new Set<string>()
  const visit = (file: string) => {
    if (reached.has(file)) return
    reached.add(file)
    importsOf(file).forEach(visit)
  }
  sourceFiles()
    .filter((file) => top(file) === 'verify')
    .forEach(visit)

  expect([...reached].filter((file) => WRITERS.test(file))).toEqual([])
  const foreign = [...reached].flatMap((file) => packagesOf(file).map((name) => `${file}: ${name}`))
  expect(
    foreign.filter((line) => !/: node:(?!sqlite|net|http|https|tls|dgram)/.test(line)),
  ).toEqual([])
  expect(reached.size).toBeGreaterThan(3)
})

function sourceFiles(): string[] {
  // What tests share (`testing.ts`) is a test: it is not in the package.
  return readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) => /(?<!\.test|\.suite)\.ts$/.test(file) && !file.endsWith('/testing.ts'),
  )
}

function importsOf(file: string): string[] {
  const text = readFileSync(join('src', file), 'utf8')
  const specifiers = text.matchAll(/(?:from|import|import\(|new URL\()\s*'(\.[^']+\.ts)'/g)
  return [...specifiers].map(([, specifier = '']) => join(dirname(file), specifier))
}

function packagesOf(file: string): string[] {
  const text = readFileSync(join('src', file), 'utf8')
  return [...text.matchAll(/(?:from|import|import\()\s*'([^.'][^']*)'/g)].map(
    ([, name = '']) => name,
  )
}
