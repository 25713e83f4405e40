import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'
import { tenantOf } from './layout.ts'
import { LogWriter } from './log-writer.ts'
import { encodeEntry, encodeManifest } from './manifest.ts'
import { findUnlogged, readLogEnd, removeTemporaries } from './recovery.ts'
import { STREAMS, TenantWriter, type WriterOptions } from './tenant-writer.ts'
import type { ArchiveWriter, Manifest } from './types.ts'

/**
 * Opens the archive of one tenant for writing and recovers what a crash left: everything acknowledged is there once.
 * Throws WRITER_FENCED for an old epoch, BAD_KEY, LOG_DAMAGED, ARCHIVE_DAMAGED, or a file error.
 */
export async function openWriter(options: WriterOptions): Promise<ArchiveWriter> {
  const { directory, key, epoch, clock } = options
  const files = options.files ?? localFiles
  const tenant = tenantOf(key.name)
  const removed = await removeTemporaries(files, directory)
  const log = await LogWriter.open(files, directory, key)
  const end = await readLogEnd(files, directory, tenant, log.size)
  if (epoch < end.epoch)
    throw new CodedError(
      'WRITER_FENCED',
      `Cannot write to the archive of "${tenant}" as writer ${epoch}: writer ${end.epoch} came after it; start again`,
    )
  const next = { ...end.next }
  const adopted: Manifest[] = []
  for (const stream of STREAMS) {
    const manifest = await findUnlogged(files, directory, tenant, stream, next[stream], clock.now())
    if (manifest === undefined) continue
    adopted.push(manifest)
    next[stream] += manifest.count
  }
  const writer = new TenantWriter({ ...options, files }, tenant, log, next)
  try {
    const truncated = await writer.recover()
    const start = encodeEntry('writerStart', {
      tenant,
      epoch,
      at: clock.now().toISOString(),
      software: options.software,
    })
    await log.append([...adopted.map(encodeManifest), start])
    await writer.finishSealed()
    writer.recovery = {
      truncated,
      adopted: adopted.map(({ segment }) => segment),
      entries: log.adopted.length,
      removed,
    }
    return writer
  } catch (error) {
    await writer.close({ seal: false })
    throw error
  }
}
