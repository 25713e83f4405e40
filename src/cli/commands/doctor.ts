import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { HealthFinding } from '../../api/answers.ts'
import { readConfiguration } from '../../platform/config/configuration.ts'
import { CodedError } from '../../platform/errors.ts'
import { collecting } from '../collecting.ts'
import { defineCommand, textOption, type Invocation } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { number, visible, wrap } from '../terminal.ts'

interface CheckAnswer {
  readonly findings: readonly HealthFinding[]
}

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Check access to the tenants, the feeds and this machine',
  arguments: '[--config <file>]',
  examples: [
    ['daybook doctor', 'Consent, roles, subscriptions, clock, disk: each finding with its fix.'],
  ],
  options: {
    config: { value: '<file>', summary: 'configuration (daybook.yaml in the data folder)' },
  },
  exitCodes: {
    0: 'nothing is wrong; warnings may be told',
    1: 'the configuration or the data folder could not be used',
    2: 'wrong usage',
    3: 'something is wrong; each finding says what to do',
  },
  notes: [
    'It asks Microsoft for tokens and looks at subscriptions and roles; it changes nothing there. Where a collector runs, that one answers.',
  ],
  async run({ options, json, console, client, dataDir, environment }) {
    const path = textOption(options, 'config')
    const file = path === undefined ? join(dataDir, 'daybook.yaml') : resolve(path)
    // Without a folder there is no collector that could answer: what is missing is the configuration.
    if (!existsSync(dataDir)) readConfiguration(file)
    const { findings } = await check(client, async () =>
      collecting(readConfiguration(file), environment),
    )
    if (json) console.json({ findings })
    else {
      const { paint, width } = console
      for (const { severity, code, subjects, message } of told(findings)) {
        const style = severity === 'error' ? 'red' : 'yellow'
        const [first = '', ...rest] = wrap(visible(subjects.join(', ')), width - code.length - 3)
        console.line(
          `${paint(style, severity === 'error' ? '✗' : '!')} ${paint('bold', code)} ${first}`,
        )
        for (const line of [...rest, ...wrap(visible(message), width - 2)])
          console.line(`  ${line}`)
      }
      console.line(
        findings.length === 0
          ? paint('green', 'Nothing is wrong.')
          : `${number(told(findings).length)} ${told(findings).length === 1 ? 'finding' : 'findings'}.`,
      )
    }
    return findings.some(({ severity }) => severity === 'error') ? EXIT.PARTIAL : EXIT.OK
  },
})

interface Told {
  readonly severity: HealthFinding['severity']
  readonly code: string
  readonly message: string
  readonly subjects: readonly string[]
}

/** A wrong secret is one thing to mend, however many feeds are refused for it. Errors first. */
function told(findings: readonly HealthFinding[]): Told[] {
  const alike = Map.groupBy(findings, ({ severity, code, message }) =>
    JSON.stringify([severity, code, message]),
  )
  return [...alike.values()]
    .flatMap((each) => {
      const [first] = each
      return first === undefined
        ? []
        : [{ ...first, subjects: [...new Set(each.map(({ subject }) => subject))] }]
    })
    .toSorted((a, b) => Number(a.severity !== 'error') - Number(b.severity !== 'error'))
}

/** A running collector answers for itself; else one is built here that only looks. */
async function check(
  client: Invocation['client'],
  collect: () => ReturnType<typeof collecting>,
): Promise<CheckAnswer> {
  const app = await client({ index: false, purpose: 'doctor', makes: true })
  try {
    return await app.get<CheckAnswer>('/api/v1/collect/check')
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'NOT_COLLECTING') throw error
  }
  await app.close()
  const own = await client({
    index: false,
    purpose: 'doctor',
    makes: true,
    collect: await collect(),
  })
  return own.get<CheckAnswer>('/api/v1/collect/check')
}
