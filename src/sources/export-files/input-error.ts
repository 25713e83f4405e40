import { CodedError } from '../../platform/errors.ts'
import type { SourceErrorCode } from '../source.ts'

/** Why the bytes of a file stop: reading this file ends here, reading the others goes on. */
export class InputError extends CodedError<SourceErrorCode> {}

/** The one sentence for a file that the system will not let us read. */
export function unreadable(error: unknown): InputError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'ENOENT':
      return new InputError('PATH_NOT_FOUND', 'there is no such file or folder: check the path')
    case 'EACCES':
    case 'EPERM':
      return new InputError(
        'FILE_UNREADABLE',
        'reading it is not permitted: give the account that runs Daybook the right to read it',
      )
    case 'ELOOP':
      return new InputError('FILE_UNREADABLE', 'its symbolic links lead in a circle')
    case 'ENAMETOOLONG':
    case 'ENOTDIR':
      return new InputError('PATH_NOT_FOUND', 'this cannot be the path of a file: check it')
    case 'EMFILE':
    case 'ENFILE':
      return new InputError(
        'FILE_UNREADABLE',
        'too many files are open: raise the limit (ulimit -n)',
      )
    default:
      return new InputError(
        'FILE_UNREADABLE',
        `reading it failed${code === '' ? '' : ` (${code})`}: copy it to another place and try again`,
      )
  }
}
