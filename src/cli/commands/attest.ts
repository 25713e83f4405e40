import { CodedError } from '../../platform/errors.ts'
import { defineCommand, textOption } from '../command.ts'
import { visible, wrap } from '../terminal.ts'

interface Attested {
  readonly code: string
  readonly says: string
  readonly actor: string
  readonly at: string
}

const SPOTS: Readonly<Record<string, string>> = {
  'agent-without-microsoft-authentication': 'agents that let people in without Microsoft sign-in',
  'channel-not-logged': 'agents on channels outside Microsoft 365',
  'auditing-off': 'auditing switched off',
  'copilot-pages': 'Copilot Pages',
  'meeting-recap': 'recaps of meetings',
}

export const attest = defineCommand({
  name: 'attest',
  summary: 'Vouch for what no interface shows, for the coverage statement',
  arguments: '<what> --excluded|--present --words "<how you know>"',
  examples: [
    [
      'daybook attest copilot-pages --excluded --words "Pages are off by policy CP-7, checked in the admin centre"',
      'The next coverage statement says so, with your name and the time.',
    ],
  ],
  options: {
    excluded: { summary: 'there was none of it' },
    present: { summary: 'there was some' },
    words: { value: '<words>', summary: 'how you know: kept in the archive' },
    tenant: { value: '<tenant>', summary: 'of several tenants in the folder' },
  },
  exitCodes: { 0: 'recorded', 1: 'the data folder could not be used', 2: 'wrong usage' },
  notes: [
    `What can be vouched for: ${Object.entries(SPOTS)
      .map(([name, what]) => `${name} (${what})`)
      .join(', ')}.`,
    'An attestation is never changed or taken back; a later one is added. One "present" outweighs every "excluded".',
  ],
  async run({ positionals, options, json, console, client }) {
    const [name = ''] = positionals
    const words = textOption(options, 'words')
    const says = [
      options['excluded'] === true ? 'excluded' : null,
      options['present'] === true ? 'present' : null,
    ].filter((one) => one !== null)
    if (
      positionals.length > 1 ||
      !(name.toLowerCase() in SPOTS) ||
      says.length !== 1 ||
      words === undefined
    )
      throw new CodedError(
        'USAGE',
        `Say what (${Object.keys(SPOTS).join(', ')}), --excluded or --present, and --words "how you know"`,
      )
    const app = await client({ index: false, purpose: 'attest' })
    const answer = await app.post<Attested>('/api/v1/attestations', {
      code: name.toUpperCase().replaceAll('-', '_'),
      says: says[0],
      words,
      tenant: textOption(options, 'tenant'),
    })
    if (json) console.json(answer)
    else
      wrap(
        `Recorded: ${visible(answer.actor)} attests at ${answer.at} that ${SPOTS[name.toLowerCase()]} ${answer.says === 'excluded' ? 'are excluded' : 'are present'}.`,
        console.width,
      ).forEach((line) => console.line(line))
    return 0
  },
})
