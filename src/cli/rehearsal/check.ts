import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Invocation } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { number } from '../terminal.ts'
import { uncounted } from './compare.ts'
import { rehearse } from './rehearse.ts'

/** `demo --check`: one bounded rehearsal with every fault and a collector that is killed; one object, or a few lines. */
export async function runCheck(
  { console, json, client, signal }: Invocation,
  seed: number,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-check-'))
  const dataDir = join(folder, 'records')
  try {
    const found = await rehearse({
      dataDir,
      seed,
      seconds: 28,
      people: 80,
      recordsPerDay: 1_500,
      kills: 1,
      faults: 'all',
      signal,
      open: () => client({ index: false, purpose: 'demo', makes: true, dataDir }),
      onStep: (step) => console.progress.show({ label: step, done: 0, total: null, unit: '' }),
    })
    console.progress.clear()
    const { served, archived, lost, doubled, unavoidable, reported, faults } = found
    const miscounted = uncounted(found.ledger)
    const idle = Object.entries(faults).filter(([, struck]) => struck === 0)
    const isRight =
      lost === 0 &&
      doubled === 0 &&
      reported === unavoidable &&
      unavoidable > 0 &&
      idle.length === 0 &&
      miscounted === 0
    if (json)
      console.json({
        ok: isRight,
        served,
        archived,
        lost,
        doubled,
        unavoidable,
        reported,
        faults,
        ...rest(found),
      })
    else {
      console.line(
        `${number(served)} versions of records were offered, ${number(archived)} of them are archived`,
      )
      console.line(`  lost ${number(lost)}, doubled ${number(doubled)}`)
      console.line(
        `  ${number(unavoidable)} could not be had by anybody; the coverage statement names ${number(reported)} of them`,
      )
      console.line(`  the collector's ledger of windows is wrong by ${number(miscounted)} records`)
      console.line(
        `  faults: ${Object.entries(faults)
          .map(([name, struck]) => `${name} ${number(struck)}`)
          .join(', ')}`,
      )
    }
    return isRight ? EXIT.OK : EXIT.FAILURE
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function rest({
  ledger,
  kills,
  requests,
  seconds,
  tenantHours,
  examples,
}: Awaited<ReturnType<typeof rehearse>>) {
  return { ledger, kills, requests, seconds, tenantHours, examples }
}
