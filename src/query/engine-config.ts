import { join } from 'node:path'
import type { openEngine } from './engine.ts'

/** Where the index lies: beside the archive, or on a ClickHouse server that the environment names. */
export function engineConfig(
  dataDir: string,
  environment: NodeJS.ProcessEnv,
): Parameters<typeof openEngine>[0] {
  const url = environment['DAYBOOK_CLICKHOUSE_URL']
  if (url === undefined || url === '') return { path: join(dataDir, 'index') }
  const username = environment['DAYBOOK_CLICKHOUSE_USER']
  const password = environment['DAYBOOK_CLICKHOUSE_PASSWORD']
  const database = environment['DAYBOOK_CLICKHOUSE_DATABASE']
  return {
    url,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
  }
}
