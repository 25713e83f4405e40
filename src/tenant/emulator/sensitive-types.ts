import type { Context } from 'hono'
import { refusal } from './management-guard.ts'
import type { EmulatorPorts } from './module.ts'

/** Kinds of sensitive information that rules name by id: `resources/dlpSensitiveTypes`, in few of its languages. */
const TYPES = [
  ['50842eb7-edc8-4019-85dd-5a5c1f2bb085', 'Credit Card Number', 'Kreditkartennummer'],
  [
    'a44669fe-0d48-453d-a9b1-2cc83f2cba77',
    'U.S. Social Security Number (SSN)',
    'US-Sozialversicherungsnummer (SSN)',
  ],
  [
    'e7dc4711-11b7-4cb0-b88b-2c394a771f0e',
    'International Banking Account Number (IBAN)',
    'Internationale Bankkontonummer (IBAN)',
  ],
] as const

const LANGUAGE = /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i

export function sensitiveTypes(c: Context, ports: EmulatorPorts): Response {
  const asked = (c.req.header('accept-language') ?? 'en-US').trim()
  // Browsers send lists with weights; this interface takes one name.
  if (asked.includes(','))
    return refusal(
      c,
      ports,
      400,
      'AF20053',
      'Only one language may be specified in the Accept-Language header.',
    )
  if (!LANGUAGE.test(asked))
    return refusal(c, ports, 400, 'AF20054', 'Invalid syntax in the Accept-Language header.')
  const isGerman = asked.toLowerCase().startsWith('de')
  ports.ledger.count('management resources', 200)
  return c.json(TYPES.map(([id, english, german]) => ({ id, name: isGerman ? german : english })))
}
