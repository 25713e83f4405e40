import { createHash } from 'node:crypto'
import { localFiles, replaceFile } from '../platform/files.ts'
import { offlineVerifierPage } from '../verify/offline-page.ts'
import type { Console } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** Writes the page that checks exports in a browser, and says by what it is known. */
export async function writeOfflinePage(
  file: string,
  { json, console }: { readonly json: boolean; readonly console: Console },
): Promise<number> {
  const page = await offlineVerifierPage()
  const sha256 = createHash('sha256').update(page).digest('hex')
  await replaceFile(localFiles, file, `${file}.tmp`, page)
  if (json) console.json({ file, bytes: page.length, sha256 })
  else {
    console.line(`${file}: open it in a browser, and drop an export onto it`)
    console.line(`  SHA-256 ${sha256}`)
  }
  return EXIT.OK
}
