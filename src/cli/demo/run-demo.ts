import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import type { ItemAnswer, ProofAnswer, SessionAnswer } from '../../api/answers.ts'
import { CodedError } from '../../platform/errors.ts'
import { writeDemoWeek, type DemoWeek } from '../../tenant/demo-week/demo-week.ts'
import { verifyArchive, verifyProof } from '../../verify/index.ts'
import { textOption, type Client, type Invocation } from '../command.ts'
import { verifyCommand, writeProof } from '../commands/prove.ts'
import { printReport } from '../commands/verify.ts'
import { EXIT } from '../exit-codes.ts'
import { importPaths } from '../import-run.ts'
import { rehearse } from '../rehearsal/rehearse.ts'
import { bytes, number, visible, wrap } from '../terminal.ts'
import { printTurns } from '../turns.ts'
import { stage, type Stage } from './stage.ts'
import { flipOneBit } from './tamper.ts'
import { tellWhatIsThere, type Found } from './what-is-there.ts'

/** Turns of the conversation that are shown; the rest is named. */
const TURNS = 2

/** Plays the whole product on the bundled week. Exit code 1 when anything is not as the story says. */
export async function runDemo(invocation: Invocation): Promise<number> {
  const started = performance.now()
  const keep = textOption(invocation.options, 'keep')
  const folder = keep === undefined ? mkdtempSync(join(tmpdir(), 'daybook-demo-')) : newFolder(keep)
  const play = stage(invocation)
  try {
    const outcome = await perform(invocation, play, folder)
    const seconds = (performance.now() - started) / 1_000
    const problems = play.problems()
    if (invocation.json)
      invocation.console.json({ ok: problems.length === 0, ...outcome, seconds, problems })
    else printEnd(invocation, play, keep === undefined ? null : folder, seconds)
    return problems.length === 0 ? EXIT.OK : EXIT.FAILURE
  } finally {
    if (keep === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

async function perform(invocation: Invocation, play: Stage, folder: string): Promise<object> {
  const { client, signal } = invocation
  const dataDir = join(folder, 'records')
  const week = await writeDemoWeek(join(folder, 'exports'))
  const app = await client({ index: true, purpose: 'demo', makes: true, dataDir })
  const imported = await takeIn(app, play, week)
  signal.throwIfAborted()
  const found = await tellWhatIsThere(app, play, week)
  signal.throwIfAborted()
  await readConversation(app, play, week)
  const proof = await proveOne(app, play, week, join(folder, 'proof'))
  await app.close()
  signal.throwIfAborted()
  const tampered = await catchForger(play, dataDir, join(folder, 'copy'))
  const shown = { imported, found: summaryOf(found), proof, tampered }
  if (invocation.options['quick'] === true) return shown
  const collected = await collectUnderFire(invocation, play, join(folder, 'collected'))
  return { ...shown, collected }
}

/** An emulated tenant in which everything goes wrong, a collector that is killed, and what both sides say of it. */
async function collectUnderFire(
  { client, signal }: Invocation,
  play: Stage,
  dataDir: string,
): Promise<object> {
  play.step(
    'Collect from a tenant in which everything goes wrong',
    'daybook tenant --rate 800 --faults all',
    'daybook collect',
  )
  const {
    served,
    archived,
    lost,
    doubled,
    unavoidable,
    reported,
    faults,
    kills,
    tenantHours,
    examples,
  } = await rehearse({
    dataDir,
    seed: 1,
    seconds: 3,
    people: 80,
    recordsPerDay: 100,
    kills: 1,
    faults: 'all',
    signal,
    open: () => client({ index: false, purpose: 'demo', makes: true, dataDir }),
    onStep: () => undefined,
  })
  play.expect(
    `nothing is lost and nothing is there twice (${[lost, doubled, ...examples.lost.slice(0, 3)].join(', ')})`,
    lost + doubled === 0,
  )
  play.expect(
    `the coverage statement names what nobody could have (${reported} of ${unavoidable})`,
    reported === unavoidable,
  )
  const struck = Object.values(faults).reduce((sum, times) => sum + times, 0)
  play.say(
    `The tenant’s clock ran 800 times as fast: ${tenantHours.toFixed(1)} hours of it, and what had waited. Things went wrong ${number(struck)} times (throttling, broken connections, pages in circles, late and changed records …), and the collector was killed ${number(kills)} ${kills === 1 ? 'time' : 'times'} with kill -9.`,
  )
  play.result(`${number(served)} versions of records were offered`)
  play.result(
    `${number(archived)} of them are archived, ${number(lost)} lost, ${number(doubled)} doubled`,
  )
  play.result(
    `${number(unavoidable)} nobody could have; the coverage statement names ${number(reported)} of them`,
  )
  return { served, archived, lost, doubled, unavoidable, reported, kills }
}

async function takeIn(app: Client, play: Stage, week: DemoWeek): Promise<object> {
  const { expected, folders } = week
  play.step(
    'Take in a week of a small firm',
    `daybook init --tenant ${week.tenantId}`,
    'daybook import ./exports',
  )
  await app.post('/api/v1/tenants', { tenant: week.tenantId })
  const { read, added, repeated, versions, notAi, unmapped, errors } = await importPaths(
    app,
    { paths: folders },
    play.console,
  )
  const counts = { read, added, repeated, versions, notAi }
  play.expect(
    `the import counts ${JSON.stringify(expected)}, and counted ${JSON.stringify(counts)}`,
    Object.entries(expected).every(([name, count]) =>
      Object.entries(counts).some(([other, value]) => name === other && value === count),
    ),
  )
  play.expect(
    'every file could be read and every record understood',
    errors.length === 0 && unmapped === 0,
  )
  play.say(
    `${number(read)} records in three shapes (Management Activity, Graph, Purview portal): ${number(added)} archived byte for byte and sealed, ${number(versions)} of them a new version of a record; ${number(repeated)} were there already; ${number(notAi)} were not about AI.`,
  )
  return counts
}

async function readConversation(app: Client, play: Stage, week: DemoWeek): Promise<void> {
  const session = week.notable.conversationSession
  play.step('Read a conversation as it happened', `daybook conversation ${session}`)
  const path = `/api/v1/sessions/${encodeURIComponent(session)}`
  const { value } = await app.get<SessionAnswer>(path)
  play.expect(
    'the conversation has several turns with their text',
    value.length >= 3 && value.every(({ messages }) => messages.every(({ text }) => text !== null)),
  )
  value.slice(0, TURNS).forEach((item) => {
    printTurns(item, play.console)
    play.console.line()
  })
  const rest = value.length - TURNS
  if (rest > 0) play.say(`… and ${rest} more turns.`)
}

async function proveOne(app: Client, play: Stage, week: DemoWeek, folder: string): Promise<object> {
  const id = week.notable.proveRecordId
  play.step('Prove one record to a stranger', `daybook prove ${id}`)
  const answer = await app.post<ProofAnswer>('/api/v1/proofs', { id })
  const { value } = await app.get<ItemAnswer>(`/api/v1/items/${id}`)
  const files = writeProof(answer, folder, false)
  const size = Buffer.byteLength(answer.proof)
  play.say(
    `A proof of ${bytes(size)}, the record (${bytes(Buffer.byteLength(answer.raw))} as Microsoft served it) and the public key. The stranger needs neither our server nor our archive:`,
  )
  play.command(
    verifyCommand({
      proof: 'r.tlog-proof',
      record: 'r.record.json',
      publicKey: 'r.vkey',
    }).join(' '),
  )
  const { proof, publicKey } = answer
  const check = (record: string) =>
    verifyProof({ proof, record: Buffer.from(record), publicKey: publicKey.trim() })
  const verdict = check(answer.line)
  const forged = check(answer.line.replace('CopilotInteraction', 'CopilotInteractiom'))
  play.expect('the proof holds for the record', verdict.ok)
  play.expect(
    'the proof is of the record that was asked for',
    value.some(({ records }) =>
      records.some(({ sequence, nativeId }) => sequence === answer.sequence && nativeId === id),
    ),
  )
  play.expect(
    'the proof is refused for a record with one letter changed',
    !forged.ok && forged.code === 'RECORD_DIFFERS',
  )
  play.expect('a proof takes at most 4 kB', size <= 4_096)
  const { paint } = play.console
  if (verdict.ok)
    play.result(
      `${paint('green', 'Proven')}: record ${verdict.sequence}, sealed ${verdict.sealedAt}`,
    )
  if (!forged.ok)
    play.result(`${paint('red', 'NOT proven')} with one letter of it changed (${forged.code})`)
  return {
    recordId: id,
    sequence: answer.sequence,
    bytes: size,
    ok: verdict.ok,
    files: Object.values(files).length,
  }
}

async function catchForger(play: Stage, dataDir: string, copy: string): Promise<object> {
  play.step('Catch a forger', 'daybook verify ./records')
  const intact = await verifyArchive(dataDir)
  play.expect('the archive is intact', intact.findings.length === 0 && intact.records > 0)
  printReport(intact, play.quietNotes)
  cpSync(join(dataDir, 'archive'), copy, { recursive: true })
  const { object, bit } = flipOneBit(copy)
  play.console.line()
  play.say(
    `Now somebody flips a single bit in a copy of it: bit ${number(bit)} of ${visible(basename(object))}`,
  )
  play.command('daybook verify ./copy')
  const report = await verifyArchive(copy)
  printReport(report, play.quietNotes)
  const [first] = report.findings
  play.expect(
    'verify names the file that was changed',
    report.findings.length > 0 &&
      report.findings.every((finding) => finding.object.includes(object)),
  )
  return {
    object,
    findings: report.findings.map(({ object: named, finding }) => ({ object: named, finding })),
    intact: intact.findings.length === 0,
    caught: first !== undefined,
  }
}

function printEnd(
  { console, program }: Invocation,
  play: Stage,
  kept: string | null,
  seconds: number,
): void {
  const { paint, width } = console
  console.line()
  const problems = play.problems()
  for (const problem of problems) {
    wrap(`Not as it should be: ${problem}`, width).forEach((line) =>
      console.line(paint('red', line)),
    )
  }
  if (problems.length > 0) return
  console.line(paint('bold', `All of it checked, in ${seconds.toFixed(1)} s.`) + ' What next')
  const where = kept === null ? '' : ` --data-dir ${join(relative('.', kept) || '.', 'records')}`
  const next: [what: string, command: string][] =
    kept === null
      ? [
          ['The same, kept to look around in:', 'demo --keep ./demo'],
          ['Your own exports (Management Activity, Purview, Graph):', 'import <files or folders>'],
        ]
      : [
          ['Look around in it:', `search "user:avery"${where}`],
          ['One item, with the source of every field:', `show <id>${where}`],
          ['The copy with the flipped bit:', `verify ${join(relative('.', kept) || '.', 'copy')}`],
        ]
  for (const [what, command] of [...next, ['All commands:', '--help'] as const]) {
    console.line(`  ${what}`)
    console.line(`    ${paint('cyan', `${program} ${command}`)}`)
  }
}

function newFolder(path: string): string {
  const folder = resolve(path)
  const there = entriesOf(folder)
  if (there > 0)
    throw new CodedError(
      'USAGE',
      `Cannot keep the demo in ${folder}: it is not empty; name a new folder`,
    )
  return folder
}

function entriesOf(folder: string): number {
  try {
    return readdirSync(folder).length
  } catch {
    return 0
  }
}

function summaryOf(found: readonly Found[]): object {
  return Object.fromEntries(found.map(({ name, kql, count, id }) => [name, { kql, count, id }]))
}
