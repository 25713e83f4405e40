import { z } from 'zod'
import { configurationSchema } from '../../src/platform/config/schema.ts'
import { code, pageHead, table } from './page.ts'

interface Shape {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly required?: readonly string[]
  readonly anyOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
}

/** docs/reference/configuration.md: every setting, from the schema that reads it. */
export function configurationPage(): string {
  const json: unknown = z.toJSONSchema(configurationSchema, { io: 'input', unrepresentable: 'any' })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON Schema, as far as it is used here
  const rows = rowsOf(json as Shape, '')
  return `${pageHead('Configuration', 'src/platform/config/schema.ts')}
\`daybook.yaml\` in the data folder, or the file that \`daybook collect --config\` names. A setting that does not exist is an error, told with line and column. How to begin: [Collect from a tenant](../guide/collect.md).

Times are a number and a unit: \`30s\`, \`10m\`, \`6h\`, \`6d\`. Files are named from the folder that holds the configuration. Secrets are never in it: \`{ env: NAME }\` names an environment variable, \`{ file: path }\` a file.

${table(['setting', 'what it is'], rows)}

A feed is on when it is named, without options or with some, and off when it is not named, or \`off\`.
`
}

function rowsOf(shape: Shape, path: string): [string, string][] {
  const inner = shape.anyOf?.find(({ properties }) => properties !== undefined) ?? shape
  const list = inner.items ?? inner
  return Object.entries(list.properties ?? {}).flatMap(([name, setting]): [string, string][] => {
    const full = `${path}${name}`
    const isMany = setting.items?.properties !== undefined
    const needed = list.required?.includes(name) === true ? ' (needed)' : ''
    const values =
      setting.enum === undefined
        ? ''
        : ` ${setting.enum.map((value) => `\`${String(value)}\``).join(', ')}`
    // The two halves of `{ file }` and `{ env }` are told by what they belong to.
    if (setting.description === undefined) return []
    return [
      [code(isMany ? `${full}[]` : full), `${setting.description}${values}${needed}`.trim()],
      ...rowsOf(setting, `${isMany ? `${full}[]` : full}.`),
    ]
  })
}
