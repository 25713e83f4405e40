import { defineCommand, textOption } from '../command.ts'
import { visible } from '../terminal.ts'

export const init = defineCommand({
  name: 'init',
  summary: 'Make a data folder, with the key of a tenant if one is named',
  arguments: '[--tenant <tenant id>] [--data-dir <folder>]',
  examples: [
    [
      'daybook init --data-dir ./records',
      'An empty data folder; the first import finds the tenant in the records.',
    ],
    [
      'daybook init --tenant 4d5c1a9e-7f1b-4f38-9f0a-1c2d3e4f5a6b',
      'With a tenant: records that name none are taken for its own.',
    ],
  ],
  options: {
    tenant: {
      value: '<tenant id>',
      summary: 'the Microsoft 365 tenant whose records will be kept',
    },
  },
  exitCodes: { 0: 'made, or there already', 1: 'could not be made', 2: 'wrong usage' },
  async run({ options, json, console, dataDir, client }) {
    const tenant = textOption(options, 'tenant')
    const app = await client({ index: false, purpose: 'init', makes: true })
    const made = tenant === undefined ? null : await app.post('/api/v1/tenants', { tenant })
    if (json) {
      console.json({ dataDir, tenant: made })
      return 0
    }
    console.line(`Data folder ${visible(dataDir)} is ready.`)
    if (tenant !== undefined)
      console.line(`Archive of tenant ${visible(tenant.toLowerCase())} with its own signing key.`)
    console.line('Next: daybook import <files or folders>')
    return 0
  },
})
