import { describe, expect, test } from 'vitest'
import type { ReadContext } from './record.ts'
import { semanticForm } from './semantic-form.ts'

function row(
  format: 'ediscovery-csv' | 'telemetry-csv' | 'transcript-csv',
  cells: Readonly<Record<string, string>>,
): [string, ReadContext] {
  const text = Object.values(cells)
    .map((cell) => `"${cell.replaceAll('"', '""')}"`)
    .join(',')
  return [text, { format, columns: Object.keys(cells), delimiter: ',' }]
}

describe('the form of an eDiscovery row', () => {
  const item = {
    'Immutable ID': 'a',
    'Item class': 'IPM.X.Copilot.Word',
    Date: '2026-03-02 09:15:04Z',
  }

  test('is the same in another export, with other columns in another order', () => {
    const first = row('ediscovery-csv', {
      'File ID': '\uFEFF',
      ...item,
      'Target path': 'one.zip\\a',
    })
    const second = row('ediscovery-csv', {
      Tags: 'relevant',
      Date: item.Date,
      Item_class: item['Item class'],
      'Immutable ID': 'a',
      'Target path': 'two.zip\\b',
      BCC: '',
    })

    expect(semanticForm(...first)).toBe(semanticForm(...second))
  })

  test('is another when the item changed', () => {
    const other = row('ediscovery-csv', { ...item, 'Last modified time': '2026-03-03T00:00:00Z' })

    expect(semanticForm(...row('ediscovery-csv', item))).not.toBe(semanticForm(...other))
  })
})

describe('the form of a row of telemetry', () => {
  const dimensions = { conversationId: 'c', text: 'Hello' }
  const asObject = JSON.stringify({
    itemId: 'i',
    name: 'BotMessageSend',
    customDimensions: dimensions,
  })
  const form = semanticForm(asObject, { format: 'telemetry' })

  test('is the same as an object, as cells and as CSV', () => {
    const cells = JSON.stringify(['BotMessageSend', JSON.stringify(dimensions), 'i'])
    const columns = ['name', 'customDimensions', 'itemId']

    expect(semanticForm(cells, { format: 'telemetry', columns })).toBe(form)
    const csv = row('telemetry-csv', {
      name: 'BotMessageSend',
      itemId: 'i',
      customDimensions: JSON.stringify(dimensions),
    })
    expect(semanticForm(...csv)).toBe(form)
  })

  test('is another when a dimension is', () => {
    expect(semanticForm(asObject.replace('Hello', 'Hallo'), { format: 'telemetry' })).not.toBe(form)
  })
})

test('the form of a transcript is the same as JSON and as CSV, whatever the spelling of its content', () => {
  const activities = [{ type: 'message', text: 'Hello' }]
  const json = JSON.stringify({
    conversationtranscriptid: 'a',
    content: JSON.stringify({ activities }),
    'statecode@OData.Community.Display.V1.FormattedValue': 'Aktiv',
  })
  const csv = row('transcript-csv', {
    content: `{ "activities": [ {"text": "Hello", "type": "message"} ] }`,
    conversationtranscriptid: 'a',
  })

  expect(semanticForm(json, { format: 'transcript' })).toBe(semanticForm(...csv))
  expect(semanticForm(json.replace('Hello', 'Hallo'), { format: 'transcript' })).not.toBe(
    semanticForm(...csv),
  )
})
