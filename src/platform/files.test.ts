import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fileError, localFiles, readPart, replaceFile, sizeOf } from './files.ts'

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a replaced file is whole and leaves nothing beside it', async () => {
  const folder = aFolder()
  const [path, temporary] = [join(folder, 'file'), join(folder, 'file.tmp')]
  await replaceFile(localFiles, path, temporary, Buffer.from('one'))
  await replaceFile(localFiles, path, temporary, Buffer.from('two'))
  expect(readFileSync(path, 'utf8')).toBe('two')
  expect(await localFiles.list(folder)).toEqual([{ name: 'file', kind: 'file' }])
})

test('appending grows a file, overwriting and truncating change it', async () => {
  const path = join(aFolder(), 'deep/er/file')
  await localFiles.makeFolder(join(path, '..'))
  const file = await localFiles.append(path, 'new')
  await file.write(Buffer.from('abc'))
  await file.write(Buffer.from('def'))
  await file.sync()
  await file.close()
  await localFiles.overwrite(path, 1, Buffer.from('BC'))
  await localFiles.truncate(path, 5)
  expect(readFileSync(path, 'utf8')).toBe('aBCde')
  expect(readPart(path, 3, 100).toString()).toBe('de')
  expect(sizeOf(path)).toBe(5)
  await expect(localFiles.append(path, 'new')).rejects.toMatchObject({ code: 'FILE_EXISTS' })
})

test('what is not there is null, empty, or an error with a code', async () => {
  const path = join(aFolder(), 'nothing')
  expect(await localFiles.size(path)).toBeNull()
  expect(await localFiles.list(path)).toEqual([])
  await localFiles.remove(path)
  await expect(localFiles.read(path)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  expect(() => readPart(path, 0, 1)).toThrow(expect.objectContaining({ code: 'FILE_NOT_FOUND' }))
})

test.each([
  ['ENOSPC', 'DISK_FULL', 'free some space'],
  ['EROFS', 'READ_ONLY', 'read-only'],
  ['EACCES', 'NO_PERMISSION', 'this user may not'],
  ['EIO', 'DISK_ERROR', 'check it'],
  ['EWHATEVER', 'FILE_ERROR', 'EWHATEVER'],
])('%s becomes %s, in one line that says what to do', (system, code, advice) => {
  const error = fileError('write', '/data/x', Object.assign(new Error('x'), { code: system }))
  expect(error).toMatchObject({ code, message: expect.stringContaining(advice) })
  expect(error.message).toMatch(/^Cannot write "\/data\/x" .*[^.]$/)
  expect(error.message).not.toContain('\n')
})

test('a folder in the place of a file is told by code', async () => {
  const folder = aFolder()
  writeFileSync(join(folder, 'file'), 'x')
  await expect(localFiles.read(folder)).rejects.toMatchObject({ code: 'FILE_ERROR' })
  await expect(localFiles.list(join(folder, 'file'))).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  })
})
