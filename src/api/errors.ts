import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { CodedError } from '../platform/errors.ts'

const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  USAGE: 400,
  NOT_FOUND: 404,
  FOLDER_IN_USE: 409,
  DISK_FULL: 507,
  INDEX_ENGINE_MISSING: 503,
  INDEX_NOT_OPEN: 503,
  INTERRUPTED: 503,
}

/** Graph's error object: `{"error":{"code","message"}}`. The one place where domain errors become HTTP. */
export function errorAnswer(context: Context, error: unknown): Response {
  if (!(error instanceof CodedError)) throw error
  return context.json(
    errorBody(error),
    STATUS[error.code] ?? (error.code.startsWith('QUERY_') ? 400 : 500),
  )
}

export const errorBody = (
  error: CodedError,
): { readonly error: { readonly code: string; readonly message: string } } => ({
  error: { code: error.code, message: error.message },
})
