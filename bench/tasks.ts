/** Everything that is measured, each in a process of its own; loaded there only. */
export const TASKS = {
  import: async () => (await import('./tasks/import.ts')).importCorpus,
  exportRows: async () => (await import('./tasks/bare-load.ts')).exportRows,
  bareLoad: async () => (await import('./tasks/bare-load.ts')).bareLoad,
  searchCore: async () => (await import('./tasks/search.ts')).searchCore,
  searchHttp: async () => (await import('./tasks/search.ts')).searchHttp,
  searchBare: async () => (await import('./tasks/search-bare.ts')).searchBare,
  exportAs: async () => (await import('./tasks/export.ts')).exportAs,
  exportBare: async () => (await import('./tasks/export.ts')).exportBare,
  reindex: async () => (await import('./tasks/reindex.ts')).reindex,
  verify: async () => (await import('./tasks/verify.ts')).verifyAll,
  prove: async () => (await import('./tasks/verify.ts')).proveSome,
  rawZstd: async () => (await import('./tasks/disk.ts')).rawZstd,
  tableSizes: async () => (await import('./tasks/disk.ts')).tableSizes,
  collectTenant: async () => (await import('./tasks/collect.ts')).collectTenant,
  collectBlob: async () => (await import('./tasks/collect-blob.ts')).collectBlob,
  makeBlob: async () => (await import('./tasks/blob.ts')).makeBlob,
} as const
