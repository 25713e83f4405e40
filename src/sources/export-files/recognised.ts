import type { ReadContext } from '../../interactions/record.ts'
import type { ReferenceKind, SourceErrorCode, SourceShape } from '../source.ts'
import type { CsvLayout } from './csv-splitter.ts'
import type { Nest } from './object-shape.ts'

/** How the text of a container is taken apart. */
export type Structure =
  | { readonly kind: 'json' }
  | { readonly kind: 'lines' }
  | { readonly kind: 'nested'; readonly nest: Nest }
  | { readonly kind: 'csv'; readonly layout: CsvLayout; readonly rowsFrom: number }

export type Recognised =
  | {
      readonly kind: 'export'
      readonly shape: SourceShape
      readonly structure: Structure
      readonly context: ReadContext
      readonly header: string | null
    }
  | { readonly kind: 'reference'; readonly reference: ReferenceKind }
  | { readonly kind: 'refused'; readonly code: SourceErrorCode; readonly message: string }
  /** More of the text is needed to tell. */
  | { readonly kind: 'undecided' }

export function refuse(message: string): Recognised {
  return { kind: 'refused', code: 'NOT_AN_EXPORT', message }
}
