import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bytes,
  columnsOf,
  cut,
  duration,
  number,
  oneLine,
  openConsole,
  visible,
  wrap,
} from './terminal.ts'

describe('visible()', () => {
  test.each([
    ['an escape sequence', '\u001B[2Jgone', '<U+001B>[2Jgone'],
    ['text that runs backwards', 'pay \u202Edesrever', 'pay <U+202E>desrever'],
    ['characters without width', 'a\u200Bb\uFEFF', 'a<U+200B>b<U+FEFF>'],
    ['text in the tag block', 'hi\u{E0041}', 'hi<U+E0041>'],
    ['a lone carriage return', 'safe\rEVIL', 'safe<U+000D>EVIL'],
    ['a bell and a C1 control', '\u0007\u009B', '<U+0007><U+009B>'],
  ])('shows %s', (_, hostile, shown) => {
    expect(visible(hostile)).toBe(shown)
  })

  test('leaves line feeds, accents, CJK and emoji alone', () => {
    expect(visible('a\nLefèvre 田中 😀')).toBe('a\nLefèvre 田中 😀')
    expect(visible('one\r\ntwo\tthree')).toBe('one\ntwo    three')
  })

  test('leaves joiners that spell a word or make a picture, and shows those that hide', () => {
    const spelt = ['می\u200Cخواهم', 'क्\u200Dष', '👩\u200D💻', '❤\uFE0F\u200D🔥', '👩🏽\u200D🚀']
    expect(spelt.map(visible)).toEqual(spelt)
    expect(visible('pass\u200Cword')).toBe('pass<U+200C>word')
    expect(visible('👩\u200D\u200D💻')).toBe('👩<U+200D><U+200D>💻')
  })

  test('never lets a control character through, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(
          // eslint-disable-next-line no-control-regex
          /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B\u200E\u200F\u202A-\u202E]/u,
        )
      }),
    )
  })
})

describe('wrap()', () => {
  test('breaks at blanks, and counts Chinese and emoji as two columns', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three'])
    expect(wrap('合同条款与价格', 8)).toEqual(['合同条款', '与价格'])
    expect(columnsOf('田中 e\u0301 😀')).toBe(9)
  })

  test('breaks a path or an address behind a slash, where it can', () => {
    const path = '/srv/exports/management/audit-general-2026-03-05.ndjson, bytes 1 to 9'
    expect(wrap(path, 40)).toEqual([
      '/srv/exports/management/',
      'audit-general-2026-03-05.ndjson, bytes 1',
      'to 9',
    ])
  })

  test('keeps lines within the columns and loses no letter', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 8, max: 80 }),
        (text, columns) => {
          const shown = visible(text)
          const lines = wrap(shown, columns)
          expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns)
          expect(lines.join('').replaceAll(/\s/g, '')).toBe(shown.replaceAll(/\s/g, ''))
        },
      ),
    )
  })

  test('takes linear time for one endless word', () => {
    const lines = wrap('x'.repeat(200_000), 80)
    expect(lines).toHaveLength(2_500)
  })
})

test('cut() says that something was cut off, within the columns', () => {
  expect(cut('short', 10)).toBe('short')
  expect(cut('rather long text', 10)).toBe('rather lo…')
  expect(columnsOf(cut('合同条款与价格', 8))).toBeLessThanOrEqual(8)
})

test('figures read the same in every locale', () => {
  expect(number(1_234_567)).toBe('1 234 567')
  expect(bytes(1_900_000_000)).toBe('1.9 GB')
  expect(duration(190)).toBe('3 min 10 s')
  expect(oneLine('two\nlines ')).toBe('two lines')
})

const painted = (environment: NodeJS.ProcessEnv, isTTY: boolean, color?: boolean) => {
  const stream = { write: () => true, isTTY }
  const console = openConsole({
    streams: { stdout: stream, stderr: stream },
    color,
    progress: undefined,
    environment,
  })
  return console.paint('red', 'x') !== 'x'
}

describe('colour', () => {
  test('is for terminals, unless NO_COLOR, FORCE_COLOR or the option says otherwise', () => {
    expect(painted({}, true)).toBe(true)
    expect(painted({}, false)).toBe(false)
    expect(painted({ NO_COLOR: '1' }, true)).toBe(false)
    expect(painted({ FORCE_COLOR: '1' }, false)).toBe(true)
    expect(painted({ TERM: 'dumb' }, true)).toBe(false)
    expect(painted({}, true, false)).toBe(false)
  })
})
