/**
 * Whether people sign in to a Copilot Studio agent with Microsoft, by the number or the name of its mode (Dataverse table
 * `bot`, column `authenticationmode`; Bot* audit records spell either): only then does an audit record name a person.
 * null: the mode is not known, or says nothing.
 */
export function signsInWithMicrosoft(mode: string | null): boolean | null {
  if (mode === null) return null
  return MODES[mode.toLowerCase().replaceAll(/[^a-z0-9]/g, '')] ?? null
}

const MODES: Readonly<Record<string, boolean>> = {
  '1': false,
  none: false,
  noauthentication: false,
  '4': false,
  genericoauth2: false,
  '2': true,
  integrated: true,
  '3': true,
  customazureactivedirectory: true,
}
