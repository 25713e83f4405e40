// The public door of `daybook/verify`: an archive or a proof is checked with files alone, no server and no database.

export { FINDINGS, type Finding, type FindingCode } from './findings.ts'
export type { Report, TenantReport, VerifyOptions, VerifyProgress } from './types.ts'
export { verifyArchive } from './verify.ts'
export {
  type ProofFault,
  type ProofToVerify,
  type ProofVerdict,
  verifyProof,
} from './verify-proof.ts'
export { EXPORT_FINDINGS, type ExportFinding, type ExportFindingCode } from './export/findings.ts'
export {
  type ExportReport,
  type VerifyExportOptions,
  verifyExport,
} from './export/verify-export.ts'
