import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { appClient } from '../../src/cli/client.ts'
import { openApp } from '../../src/app.ts'
import { uncounted } from '../../src/cli/rehearsal/compare.ts'
import { rehearse, type Rehearsal } from '../../src/cli/rehearsal/rehearse.ts'
import { FAULTS } from '../../src/tenant/emulator/faults.ts'

// `SEEDS=1,2,3 FAULTS=late,resets npx vitest run -c vitest.long.config.ts test/end-to-end/faults-alone`: other seeds, or
// some of the faults. `TOGETHER=1,2,3`: seeds of the runs with all of them.
const numbers = (name: string, usual: string): number[] =>
  (process.env[name] ?? usual).split(',').filter(Boolean).map(Number)
const SEEDS = numbers('SEEDS', '1')
const TOGETHER = numbers('TOGETHER', '1,2,3')
const ALONE = process.env['FAULTS']?.split(',') ?? FAULTS

/** Faults that make something impossible to have for anybody. */
const UNAVOIDABLE: ReadonlySet<string> = new Set([
  'expired-blobs',
  'licence-lost',
  'subscription-disabled',
])

/** What only strikes beside another: what the end of a licence keeps from somebody is what comes late. */
const BESIDE: Readonly<Record<string, string>> = { 'licence-lost': 'licence-lost,late' }

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

async function rehearsed(
  seed: number,
  faults: string,
  given: { readonly seconds: number; readonly kills: number; readonly rate?: number },
): Promise<Rehearsal> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-faults-'))
  folders.push(folder)
  const dataDir = join(folder, 'records')
  const { signal } = new AbortController()
  const found = await rehearse({
    ...given,
    dataDir,
    seed,
    faults,
    people: 80,
    recordsPerDay: 1_500,
    signal,
    open: async () => {
      const app = await openApp({ dataDir, purpose: 'test', index: false, signal, environment: {} })
      return appClient(app.fetch, () => app.close())
    },
  })
  process.stdout.write(`${faults} seed ${seed} ${JSON.stringify(found)}\n`)
  return found
}

describe.each(SEEDS)('alone, while the collector is killed (seed %i)', (seed) => {
  test.each(ALONE)(
    '%s loses and doubles nothing, and what nobody could have is named',
    async (fault) => {
      const found = await rehearsed(seed, BESIDE[fault] ?? fault, { seconds: 16, kills: 2 })

      const { lost, doubled, unavoidable, reported, served, examples } = found
      expect({ lost, doubled, examples }).toMatchObject({ lost: 0, doubled: 0 })
      expect({ reported, examples }).toMatchObject({ reported: unavoidable })
      expect(uncounted(found.ledger)).toBe(0)
      expect(found.faults[fault]).toBeGreaterThan(0)
      expect(unavoidable > 0).toBe(UNAVOIDABLE.has(fault))
      expect(unavoidable).toBeLessThanOrEqual(served / 100)
    },
  )
})

test.each(TOGETHER)(
  'all together, with thirty kills, lose and double nothing (seed %i)',
  async (seed) => {
    const found = await rehearsed(seed, 'all', { seconds: 60, kills: 30, rate: 250 })

    const { lost, doubled, unavoidable, reported, served, kills, faults, examples } = found
    expect({ lost, doubled, examples }).toMatchObject({ lost: 0, doubled: 0 })
    expect({ reported, examples }).toMatchObject({ reported: unavoidable })
    expect(uncounted(found.ledger)).toBe(0)
    expect(kills).toBeGreaterThanOrEqual(30)
    expect(Object.entries(faults).filter(([, struck]) => struck === 0)).toEqual([])
    expect(unavoidable).toBeGreaterThan(0)
    expect(unavoidable).toBeLessThanOrEqual(served / 100)
  },
)
