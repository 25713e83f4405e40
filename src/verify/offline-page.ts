import { readFile } from 'node:fs/promises'

/**
 * The offline verifier: one HTML file that checks an export in any browser, and is put into each export. Assembled from
 * `offline/` by tools/generate.ts; the same bytes everywhere, so that its SHA-256 can be compared.
 */
export async function offlineVerifierPage(): Promise<Uint8Array> {
  return readFile(new URL('offline/verify.html', import.meta.url))
}
