import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { TENANT } from './builders.suite.ts'

// What a test asserts survives a process, not a power cut: memory will do where there is such a folder.
const ROOT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A folder for one tenant's archive, removed after the test. */
export function aFolder(): string {
  const root = mkdtempSync(join(ROOT, 'daybook-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return join(root, TENANT)
}
