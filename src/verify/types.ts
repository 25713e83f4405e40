import type { Finding } from './findings.ts'

export interface VerifyOptions {
  /** Verifier keys as text, one a line. Without it each log's own `log/vkey` is believed. */
  readonly publicKey?: string
  /** A remembered checkpoint: the log of the same origin must extend it. */
  readonly since?: string
  readonly onProgress?: (progress: VerifyProgress) => void
}

export interface VerifyProgress {
  readonly records: number
  /** As far as the log tells. */
  readonly totalRecords: number
}

export interface TenantReport {
  readonly tenant: string
  readonly checkpoint: { readonly size: number; readonly root: string } | null
  /** Whether the checkpoint was checked against a key that was given, or the one in the archive. */
  readonly key: 'given' | 'own' | 'none'
  readonly records: number
  readonly segments: number
}

export interface Report {
  readonly tenants: readonly TenantReport[]
  /** Records of the stream `records`, sealed and open, whose hashes were checked. Disposed ones count. */
  readonly records: number
  /** Acts of operators (stream `activity`). */
  readonly activities: number
  readonly segments: number
  /** Entries of all logs. */
  readonly entries: number
  /** Records that were lawfully erased: their hash is kept, or their whole segment was disposed of. */
  readonly disposed: number
  readonly findings: readonly Finding[]
  /** What is no fault but worth knowing, e.g. bytes at the end of an open segment that were never acknowledged. */
  readonly notes: readonly string[]
}
