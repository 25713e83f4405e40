import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { columnsOf } from './terminal.ts'
import { jsonLines, runHere } from './testing.ts'

describe('demo', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-demo-test-'))
    // Where nobody else leaves anything meanwhile.
    vi.stubEnv('TMPDIR', folder)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })

  test('tells the whole story in 80 columns, in seconds, and leaves nothing behind', async () => {
    const { code, out, err } = await runHere(['demo', '--quick'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.split('\n').filter((line) => columnsOf(line) > 80)).toEqual([])
    for (const words of [
      '[jailbreak]',
      '[cross-prompt injection]',
      '[label ',
      '[cited not listed]',
      '24 of 71 prompts',
      'Proven: record',
      ': intact',
      'SEGMENT_CHANGED',
      'What next',
    ]) {
      expect(out).toContain(words)
    }
    expect(readdirSync(folder)).toEqual([])
  })

  test('is in colour on a terminal', async () => {
    const { out } = await runHere(['demo', '--quick'], { terminal: true })
    expect(out).toContain('\u001B[')
  })

  test('gives scripts one object, and keeps everything where it is told to', async () => {
    const kept = join(folder, 'kept')
    const { code, out } = await runHere(['demo', '--quick', '--keep', kept, '--json'])
    expect(code).toBe(0)
    expect(jsonLines(out)).toMatchObject([
      {
        ok: true,
        imported: { read: 241 },
        found: { jailbreak: { count: 1 } },
        proof: { ok: true },
        tampered: { intact: true, caught: true },
      },
    ])
    expect((await runHere(['verify', join(kept, 'records')])).code).toBe(0)
    expect((await runHere(['verify', join(kept, 'copy')])).code).toBe(4)
    expect((await runHere(['demo', '--keep', kept])).code).toBe(2)
  })

  test('fails when what it shows is not what the story says', async () => {
    const { writeDemoWeek } = await import('../tenant/demo-week/demo-week.ts')
    // Modules that were loaded before know the true week.
    vi.resetModules()
    vi.doMock('../tenant/demo-week/demo-week.ts', () => ({
      async writeDemoWeek(where: string) {
        const week = await writeDemoWeek(where)
        const { jailbreak } = week.notable
        return {
          ...week,
          expected: { ...week.expected, added: 1 },
          notable: { ...week.notable, jailbreak: { ...jailbreak, kql: 'xpia:true' } },
        }
      },
    }))
    onTestFinished(() => {
      vi.doUnmock('../tenant/demo-week/demo-week.ts')
      vi.resetModules()
    })
    const { runHere: runWithAnother } = await import('./testing.ts')
    const { code, out } = await runWithAnother(['demo', '--quick'])
    expect(code).toBe(1)
    expect(out).toContain('Not as it should be: the import counts')
    expect(out).toContain('finds exactly the item of the story')
    expect(out).not.toContain('What next')
  })
})
