import type { ReferenceAnswer } from '../../api/answers.ts'
import { defineCommand } from '../command.ts'
import { referenceText } from '../reference-text.ts'
import { cutHead, minute, visible, wrap } from '../terminal.ts'

export const reference = defineCommand({
  name: 'reference',
  summary: 'Which usage reports, inventories, directory exports are here',
  arguments: '',
  examples: [
    ['daybook reference', 'Every file that was taken as reference data, the newest first.'],
    ['daybook reference --json', 'One object: value, a list of files with kind, rows and SHA-256.'],
  ],
  options: {},
  exitCodes: { 0: 'told', 1: 'the data folder could not be used' },
  notes: [
    'Reference data is imported like everything else: usage reports, agent packages, exports of the directory. It gives names to ids; no record is changed by it.',
  ],
  async run({ json, console, client }) {
    const app = await client({ index: false, purpose: 'reference' })
    const answer = await app.get<ReferenceAnswer>('/api/v1/reference')
    if (json) {
      console.json(answer)
      return 0
    }
    if (answer.value.length === 0) {
      console.line('There is no reference data. Next: daybook import <files or folders>')
      return 0
    }
    for (const file of answer.value) {
      console.line(console.paint('bold', cutHead(visible(file.name), console.width)))
      wrap(referenceText(file), console.width - 2).forEach((line) => console.line(`  ${line}`))
      const seen = file.seen === 1 ? '' : `, again ${minute(file.lastSeenAt)}`
      const rows = [`imported ${minute(file.takenAt)}${seen}`, `tenant ${visible(file.tenant)}`]
      rows.forEach((row) => console.line(`  ${console.paint('dim', row)}`))
    }
    return 0
  },
})
