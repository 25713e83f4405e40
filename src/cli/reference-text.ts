import { number } from './terminal.ts'

const KINDS: Readonly<Record<string, string>> = {
  'usage-report': 'usage report',
  packages: 'agents and apps',
  directory: 'directory',
  context: 'names of places',
}

interface Told {
  readonly kind: string
  readonly rows: number
  readonly concealed: number
  readonly asOf: string | null
  readonly repeated?: boolean
}

/** One file of reference data in a sentence: `usage report of 2026-07-03, 12 rows; 3 names are concealed`. */
export function referenceText({ kind, rows, concealed, asOf, repeated = false }: Told): string {
  const day = asOf === null ? '' : ` of ${asOf}`
  const counted = `${number(rows)} ${rows === 1 ? 'row' : 'rows'}`
  const hidden =
    concealed === 0
      ? ''
      : `; ${number(concealed)} ${concealed === 1 ? 'name is' : 'names are'} concealed and can be joined to nobody`
  return `${KINDS[kind] ?? kind}${day}, ${counted}${hidden}${repeated ? '; there already' : ''}`
}
