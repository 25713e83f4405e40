import type { SourceEvent } from '../source.ts'

/** Limits and observers of one reading; every field has a default. */
export interface ExportFilesOptions {
  /** About how many bytes of records one chunk holds (default 1 MB). */
  readonly chunkBytes?: number
  /** A record larger than this is reported and skipped (default 64 MB). */
  readonly maxRecordBytes?: number
  /** Called with the number of bytes read from disk since the last call, for progress. */
  readonly onBytes?: (bytes: number) => void
}

/** Reads files and folders of exports, in the order given, folders recursively in byte order of their names. */
// oxlint-disable-next-line require-yield
export async function* readExportFiles(
  _paths: readonly string[],
  _options: ExportFilesOptions,
  _signal?: AbortSignal,
): AsyncGenerator<SourceEvent> {
  throw new Error('not built yet')
}

/** Bytes on disk that `readExportFiles` would read, for a progress line; unreadable paths count as 0. */
export async function sizeOfExportFiles(_paths: readonly string[]): Promise<number> {
  return 0
}
