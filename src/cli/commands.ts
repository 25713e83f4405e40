import type { Command } from './command.ts'

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Loaded when it is run: `--help` must not wait for what it does not need. */
  readonly load: () => Promise<Command>
}

/** Every command, in the order in which a person meets them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'Show the whole product on a bundled week of a small firm',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    name: 'init',
    summary: 'Make a data folder, with the key of a tenant if one is named',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'import',
    summary: 'Take in exports: files, folders and archives of them',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'collect',
    summary: 'Collect from Microsoft 365 tenants, until it is stopped',
    load: async () => (await import('./commands/collect.ts')).collect,
  },
  {
    name: 'search',
    summary: 'Find exchanges and events',
    load: async () => (await import('./commands/search.ts')).search,
  },
  {
    name: 'show',
    summary: 'Show one item: reconciled, with the source of every field',
    load: async () => (await import('./commands/show.ts')).show,
  },
  {
    name: 'conversation',
    summary: 'Read a session as it happened',
    load: async () => (await import('./commands/conversation.ts')).conversation,
  },
  {
    name: 'report',
    summary: 'Count use by surface, person, agent, file, model; credits',
    load: async () => (await import('./commands/report.ts')).report,
  },
  {
    name: 'coverage',
    summary: 'What was captured of each person and day, and what is missing',
    load: async () => (await import('./commands/coverage.ts')).coverage,
  },
  {
    name: 'attest',
    summary: 'Vouch for what no interface shows, for the coverage statement',
    load: async () => (await import('./commands/attest.ts')).attest,
  },
  {
    name: 'timeline',
    summary: 'What one person did, in order of time, in chains across surfaces',
    load: async () => (await import('./commands/timeline.ts')).timeline,
  },
  {
    name: 'export',
    summary: 'Hand over what a query finds, with proofs if asked',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  {
    name: 'prove',
    summary: 'Write the proof of one record, for a stranger to check',
    load: async () => (await import('./commands/prove.ts')).prove,
  },
  {
    name: 'verify',
    summary: 'Recompute the hashes of an archive, an export or a proof',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'reference',
    summary: 'Which usage reports, inventories, directory exports are here',
    load: async () => (await import('./commands/reference.ts')).reference,
  },
  {
    name: 'doctor',
    summary: 'Check access to the tenants, the feeds and this machine',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'status',
    summary: 'What the data folder holds, and in which state it is',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'reindex',
    summary: 'Build the search index again from the archive',
    load: async () => (await import('./commands/reindex.ts')).reindex,
  },
  {
    name: 'tenant',
    summary: 'Emulate a Microsoft 365 tenant on this machine, to rehearse',
    load: async () => (await import('./commands/tenant.ts')).tenant,
  },
  {
    name: 'generate',
    summary: 'Write a made-up history of a tenant, to rehearse and measure on',
    load: async () => (await import('./commands/generate.ts')).generate,
  },
]
