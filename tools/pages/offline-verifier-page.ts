import { createHash } from 'node:crypto'
import { MEANINGS } from '../../src/verify/offline/findings.ts'
import { offlineVerifier } from './offline-verifier.ts'
import { code, pageHead, table } from './page.ts'

/** docs/reference/offline-verifier.md */
export function offlineVerifierPage(): string {
  const page = offlineVerifier()
  const sha256 = createHash('sha256').update(page).digest('hex')
  const rows = Object.entries(MEANINGS).map(([name, meaning]) => [code(name), `${meaning}.`])
  return `${pageHead('The offline verifier', 'src/verify/offline')}
One HTML file, \`src/verify/offline/verify.html\`, that [checks an export](../guide/check-an-export-offline.md) in a browser. Every export holds a copy of it. In this version it has ${Buffer.byteLength(page)} bytes and the SHA-256

\`\`\`text
${sha256}
\`\`\`

## What it may do

Its content security policy is \`default-src 'none'\` with the hashes of its one script and its one style: it can load nothing, connect to nothing and run nothing else. It needs a browser of 2023 or later (Chrome or Edge 110, Firefox 115, Safari 16.4). Ed25519, SHA-256 and SHA-512 are its own, since not every browser has them for a file on the disk; where the browser knows Ed25519, too, both have to agree.

Memory stays small: files are read in parts of a megabyte, and eight bytes are kept for each line and each proof. Only a packed ZIP whose proofs are out of order is unpacked, to a temporary file of the browser.

## What it finds

The codes are those of \`daybook verify --export\`: [the export format, section 6](../spec/export-format.md#6-checking-a-package), says when each is given.

${table(['code', 'means'], rows)}
`
}
