import type { AppContext } from './context.ts'

/**
 * Does what an operator asked for and records that it was asked for, in the archive of every tenant it could touch:
 * both at once, and nothing is answered before the record is on disk.
 */
export async function looked<T>(
  app: AppContext,
  act: string,
  body: Readonly<Record<string, unknown>>,
  work: () => Promise<T>,
): Promise<T> {
  const entry = { kind: `operator.${act}`, actor: app.actor, body }
  const [answer] = await Promise.all([
    work(),
    ...app.archives.tenants().map((tenant) => app.journal.record(tenant, [entry])),
  ])
  return answer
}
