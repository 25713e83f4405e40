import type { ExportRequest } from './request.ts'
import type { ExportState } from './manifest.ts'

/** What the data of an export cannot tell, a sentence each. */
export function limitsOf(
  request: Pick<ExportRequest, 'minimise' | 'format' | 'proofs' | 'raw'>,
  state: ExportState,
): string[] {
  const { users, dates } = request.minimise
  return [
    'Audit records never contain the text of prompts or answers; where no other record of an item carries it, the text is unknown, not empty.',
    'Records with text (Graph aiInteraction) exist only for people who had a licence and a mailbox when it was read; interactions of others show in audit records alone.',
    'Interactions without an Exchange mailbox, with anonymous agents or on channels that Microsoft does not log leave no record anywhere.',
    'Audit records arrive late: most within an hour, some after days. What arrived after this export was made is not in it.',
    'An empty field, null, or a flag that is neither true nor false means that no record tells it. It never means "no".',
    'Whether Microsoft served everything cannot be seen from the records: the export is complete with regard to what this archive holds.',
    'All times are UTC as the source gave them; days begin at 00:00 UTC.',
    'Credits are an estimate by a published rule set, not a bill.',
    ...(state.complete ? [] : [state.text]),
    ...(request.proofs
      ? []
      : [
          'The records in this export carry no proofs of their own: export with --proofs for these.',
        ]),
    ...(users
      ? [
          'Persons are pseudonyms, the same in every export of this archive, and only its keeper can undo them. Agents, apps and labels stay, and a rare combination of them may still point at a person.',
        ]
      : []),
    ...(dates
      ? [
          'Times are cut to the day. The order of rows is still that of the times, and texts that were asked for may name times.',
        ]
      : []),
  ]
}
