import type { IndexState } from '../api/answers.ts'
import { number } from './terminal.ts'

/** Never a number without its state: how much of the archive an answer covers. */
export function stateText({ complete, behind }: IndexState): string {
  return complete
    ? 'The index is complete'
    : `PARTIAL: ${number(behind)} archived ${behind === 1 ? 'record is' : 'records are'} not searchable yet`
}
