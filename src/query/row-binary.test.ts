import { describe, expect, test } from 'vitest'
import { RowWriter } from './row-binary.ts'

function written(write: (rows: RowWriter) => void): string {
  const rows = new RowWriter(64)
  write(rows)
  return Buffer.from(rows.take()).toString('hex')
}

// The bytes are ClickHouse's: what `SELECT … FORMAT RowBinary` gives for the same values.
describe('RowWriter', () => {
  test.each([
    ['a whole number past 32 bits', 1_772_704_800_123, '7b9d70bd9c010000'],
    ['a negative one', -1, 'ffffffffffffffff'],
    ['one before 1970', -5_000_000_000, '000efad5feffffff'],
  ])('writes %s as 64 bits', (_, value, bytes) => {
    expect(written((rows) => rows.integer64(value))).toBe(bytes)
  })

  test('writes a UUID as two halves, each little-endian, with or without hyphens', () => {
    const bytes = '0d4e843c526a1f7b148e5a0b9c2d6f9a'
    expect(written((rows) => rows.uuid('7b1f6a523c844e0d9a6f2d9c0b5a8e14'))).toBe(bytes)
    expect(written((rows) => rows.uuid('7B1F6A52-3C84-4E0D-9A6F-2D9C0B5A8E14'))).toBe(bytes)
  })

  test('counts the bytes of a string, not its characters, and writes half a surrogate pair as U+FFFD', () => {
    expect(written((rows) => rows.string('Zürich'))).toBe(
      `07${Buffer.from('Zürich').toString('hex')}`,
    )
    expect(written((rows) => rows.string('a\ud800'))).toBe('0461efbfbd')
  })

  test('writes lengths past 127 in several bytes, and grows', () => {
    const long = 'x'.repeat(300)
    expect(written((rows) => rows.strings(['', long]))).toBe(
      `0200ac02${Buffer.from(long).toString('hex')}`,
    )
  })

  test('is empty after its rows were taken', () => {
    const rows = new RowWriter()
    rows.string('once')
    expect(rows.take()).toHaveLength(5)
    expect(rows.take()).toHaveLength(0)
  })
})
