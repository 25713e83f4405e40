import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WorkFolder } from './work-folder.ts'

let root = ''
let output = ''
const begin = { fingerprint: 'f', id: 'a', createdAt: '2026-03-06T12:00:00.000Z', checkpoints: {} }
const isResult = (value: unknown): value is { rows: number } =>
  typeof value === 'object' && value !== null && 'rows' in value

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'daybook-work-'))
  output = join(root, 'out')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const crash = new Error('killed')

/** Writes `one`, makes it count, writes more and is killed. */
async function interrupted(): Promise<void> {
  const work = await WorkFolder.open(output, begin)
  await work
    .stage('data', isResult, async (stage) => {
      const file = await stage.create('items.csv')
      await file.write('one\n')
      const whole = await stage.create('records/1.json')
      await whole.write('{}')
      await whole.end(1)
      await stage.checkpoint({ done: 1 })
      await file.write('lost')
      throw crash
    })
    .catch((error: unknown) => {
      if (error !== crash) throw error
    })
}

test('an interrupted stage goes on behind its last checkpoint, and hashes the whole file', async () => {
  await interrupted()
  const work = await WorkFolder.open(output, { ...begin, id: 'b' })
  await work.stage('data', isResult, async (stage) => {
    expect(stage.cursor).toEqual({ done: 1 })
    const file = await stage.create('items.csv')
    await file.write('two\n')
    await file.end(2)
    return { rows: 2 }
  })

  expect([work.id, work.before]).toEqual(['a', 'goes on'])
  expect(work.files()).toEqual([
    {
      path: 'items.csv',
      bytes: 8,
      sha256: createHash('sha256').update('one\ntwo\n').digest('hex'),
      rows: 2,
    },
    expect.objectContaining({ path: 'records/1.json', bytes: 2 }),
  ])
  await work.publish(null)
  expect(readFileSync(join(output, 'items.csv'), 'utf8')).toBe('one\ntwo\n')
  expect(existsSync(`${output}.partial`)).toBe(false)
})

test('a checkpoint that is made beside the work is of the moment in which it began', async () => {
  const work = await WorkFolder.open(output, begin)
  const killed = work.stage('data', isResult, async (stage) => {
    const file = await stage.create('items.csv')
    await file.write('one\n')
    stage.beginCheckpoint({ done: 1 })
    expect(stage.isDue).toBe(false)
    await file.write('two\n')
    await file.end(2)
    stage.add({ path: 'records/1.json', bytes: 2, sha256: '', rows: 1 })
    throw crash
  })
  await expect(killed).rejects.toBe(crash)

  const again = await WorkFolder.open(output, begin)
  await again.stage('data', isResult, async (stage) => {
    expect(stage.cursor).toEqual({ done: 1 })
    expect(stage.bytesOf('items.csv')).toBe(4)
    await (await stage.create('items.csv')).end(1)
    return { rows: 1 }
  })
  expect(again.files()).toMatchObject([{ path: 'items.csv', bytes: 4 }])
})

test('a stage that was finished is not done again', async () => {
  const first = await WorkFolder.open(output, begin)
  await first.stage('data', isResult, async () => ({ rows: 7 }))
  const again = await WorkFolder.open(output, begin)

  expect(
    await again.stage('data', isResult, () => Promise.reject(new Error('done again'))),
  ).toEqual({ rows: 7 })
})

test('another export begins anew', async () => {
  await interrupted()
  const other = await WorkFolder.open(output, { ...begin, fingerprint: 'other', id: 'b' })

  expect([other.id, other.before]).toEqual(['b', 'removed'])
  expect(existsSync(other.pathOf('items.csv'))).toBe(false)
})

test('what is there is never overwritten', async () => {
  mkdirSync(output)
  await expect(WorkFolder.open(output, begin)).rejects.toMatchObject({ code: 'EXPORT_EXISTS' })
  rmSync(output, { recursive: true })

  mkdirSync(`${output}.partial`)
  writeFileSync(join(`${output}.partial`, 'thesis.txt'), 'not ours')
  await expect(WorkFolder.open(output, begin)).rejects.toMatchObject({ code: 'EXPORT_EXISTS' })
  expect(existsSync(join(`${output}.partial`, 'thesis.txt'))).toBe(true)
})

test('a run that was killed before it wrote anything is no obstacle', async () => {
  mkdirSync(join(`${output}.partial`, 'package'), { recursive: true })
  writeFileSync(join(`${output}.partial`, 'state.json.tmp'), '{"day')
  expect((await WorkFolder.open(output, begin)).before).toBe('nothing')
})

test('no file of a package has a name that leads out of it', async () => {
  const work = await WorkFolder.open(output, begin)
  for (const path of ['../x', '/x', 'a//b', 'a/../b', '.x', 'CON:', 'a\\b', '']) {
    const made = work.stage('data', isResult, async (stage) => {
      await stage.create(path)
      return { rows: 0 }
    })
    await expect(made).rejects.toThrow('path')
  }
})

test('files of an interrupted run that the finished one did not write are removed', async () => {
  await interrupted()
  const work = await WorkFolder.open(output, begin)
  await work.writeBeside('manifest.json', Buffer.from('{}'))
  await work.removeOthers(new Set(['manifest.json']))
  await work.publish(null)

  expect(existsSync(join(output, 'manifest.json'))).toBe(true)
  expect(existsSync(join(output, 'items.csv'))).toBe(false)
})
