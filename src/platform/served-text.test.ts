import { expect, test } from 'vitest'
import { servedText } from './served-text.ts'

test.each([
  ['UTF-8', Buffer.from('Größe – 大'), 'Größe – 大'],
  [
    'the code page of Western Windows',
    Buffer.from('Gr\xf6\xdfe \x96 5 \x80', 'latin1'),
    'Größe – 5 €',
  ],
  ['damaged UTF-8', Buffer.concat([Buffer.from('Größe '), Buffer.from([0xe4])]), 'Größe \uFFFD'],
  ['half of a surrogate pair', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 'a\uFFFD\uFFFD\uFFFD'],
  ['nothing', Buffer.alloc(0), ''],
])('%s is read', (_, bytes, text) => {
  expect(servedText(bytes)).toBe(text)
})
