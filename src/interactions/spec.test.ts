import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { AUTOMATIC_VERSION } from './automatic.ts'
import { NOT_AI_VERSION } from './not-ai.ts'
import { SURFACE_ALIASES } from './surfaces.ts'

const spec = readFileSync(new URL('../../docs/spec/interaction-model.md', import.meta.url), 'utf8')

function section(title: string): string {
  const start = spec.indexOf(`## ${title}`)
  expect(start).toBeGreaterThan(0)
  return spec.slice(start, spec.indexOf('\n## ', start + 1))
}

test('the specification names the versions of the tables in force', () => {
  expect(section('Not about AI')).toContain(`version \`${NOT_AI_VERSION}\``)
  expect(section('Automatic or human')).toContain(`version \`${AUTOMATIC_VERSION}\``)
})

test('the specification lists every surface', () => {
  const table = section('Surface')

  for (const surface of Object.keys(SURFACE_ALIASES)) expect(table).toContain(surface)
})
