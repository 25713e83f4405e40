/** What an import makes of a record that is served: the first of its identity, the same again, other content, dropped. */
export type Outcome = 'added' | 'repeated' | 'version' | 'notAi'

export interface Served {
  readonly value: unknown
  readonly outcome: Outcome
}

/** One file of the export folder. */
export interface ExportFile {
  /** Below the export folder, with `/`. */
  readonly path: string
  readonly text: string
  /** One outcome for each record in it. */
  readonly served: readonly Outcome[]
}
