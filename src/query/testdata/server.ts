import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createChdbConnection } from 'chdb/connection'

const ROWS = /^INSERT INTO (\w+) \((.*)\) FORMAT RowBinary$/

/** What a ClickHouse server does over HTTP as far as we use it, done by the in-process engine. */
export async function aServer(
  path: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const connection = createChdbConnection({ path })
  const server = createServer((request, response) => {
    void answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const body = await buffer(request)
    try {
      const query = searchParams.get('query')
      const [, table = '', columns = ''] = ROWS.exec(query ?? '') ?? []
      const statement =
        table === '' ? statementOf(searchParams, query, body) : await insertOf(table, columns, body)
      const result = await connection.chdb.queryAsync(statement, { format: 'JSONCompact' })
      response.writeHead(200, { 'content-type': 'application/json' }).end(result.bytes())
    } catch (error) {
      response
        .writeHead(500, { 'content-type': 'text/plain' })
        .end(String(error instanceof Error ? error.message : error))
    }
  }

  /** The in-process engine takes rows in this format from a file only. */
  async function insertOf(table: string, columns: string, rows: Buffer): Promise<string> {
    const file = join(path, 'rows')
    writeFileSync(file, rows)
    const described = await connection.chdb.queryAsync(`DESCRIBE TABLE ${table}`, {
      format: 'TSVRaw',
    })
    const types = new Map<string, string>()
    for (const line of described.text().trim().split('\n')) {
      const [name = '', type = ''] = line.split('\t')
      types.set(name, type)
    }
    const structure = columns
      .split(', ')
      .map((name) => `${name} ${types.get(name) ?? ''}`)
      .join(', ')
      .replaceAll("'", "\\'")
    return `INSERT INTO ${table} (${columns}) SELECT * FROM file('${file}', RowBinary, '${structure}')`
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await connection.close()
    },
  }
}

/** Parameters come as `param_<name>` in ClickHouse's escaped form, as a SET takes them in quotes. */
function statementOf(search: URLSearchParams, query: string | null, body: Buffer): string {
  const settings: string[] = []
  for (const [name, value] of search)
    if (name.startsWith('param_'))
      settings.push(`SET ${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
  const statement = query === null ? body.toString() : `${query}\n${body.toString()}`
  return [...settings, statement].join('; ')
}
