import { parse } from '../../src/query/kql/parser.ts'
import { PROPERTIES } from '../../src/query/kql/properties.ts'
import { code, pageHead, table } from './page.ts'

const TYPES: Readonly<Record<(typeof PROPERTIES)[number]['type'], string>> = {
  exact: 'the whole value, in any case; `*` at the end for a beginning',
  name: 'the whole value, or words of it',
  flag: '`true`, `false` or `unknown`',
  time: 'a day, month, year or instant (UTC); `a..b` with both ends; `<` `<=` `>` `>=`',
  number: 'a number; `a..b`; `<` `<=` `>` `>=`',
  text: 'words next to each other; `*` at the end for a beginning',
}

/** An example of each property; the page cannot be made when one is missing or does not parse. */
const EXAMPLES: Readonly<Record<string, string>> = {
  user: 'user:avery.howard@contoso.com',
  surface: 'surface:Word,Excel',
  kind: 'kind:agent-admin',
  operation: 'operation:"Interacted with Copilot"',
  recordtype: 'recordtype:CopilotInteraction',
  agent: 'agent:"service desk"',
  agentid: 'agentid:"CopilotStudio.Declarative.T_1"',
  file: 'file:"Project Heron"',
  site: 'site:"https://contoso.sharepoint.com/sites/deals"',
  label: 'label:a4794e13-4da3-429f-8675-f15bce1c09b1',
  model: 'model:gpt-5*',
  plugin: 'plugin:BingWebSearch',
  session: 'session:"19:XEOioVPHiFzm4HF61P2TwQ@thread.v2"',
  request: 'request:0265a442-52d2-4976-937b-5eb1bb739fe9',
  correlation: 'correlation:9c1f7c50-02a8-4b6e-8b3c-7d0e4a3b2c11',
  id: 'id:385211e7-2319-418b-a4d4-610065361663',
  ip: 'ip:192.0.2.45',
  region: 'region:GB',
  locale: 'locale:en-gb',
  setting: 'setting:meeting',
  source: 'source:export.audit',
  tenant: 'tenant:7de6852c-606e-4efb-b464-c23aa01f1a1c',
  finding: 'finding:CITED_NOT_LISTED',
  dlp: 'dlp:blocked',
  jailbreak: 'jailbreak:true',
  xpia: 'xpia:true',
  web: 'web:unknown',
  grounded: 'grounded:true',
  automatic: 'automatic:false',
  occurred: 'occurred:2026-03-02..2026-03-06',
  received: 'received>=2026-03-04T12:00:00Z',
  credits: 'credits>10',
  versions: 'versions>0',
  prompt: 'prompt:"fabrikam merger"',
  answer: 'answer:lock*',
  text: 'text:merger',
}

/** docs/reference/kql.md */
export function kqlPage(): string {
  const rows = PROPERTIES.map(({ name, aliases, type }) => {
    const example = EXAMPLES[name]
    if (example === undefined) throw new Error(`tools/pages/kql.ts has no example of "${name}"`)
    parse(example, new Date(0))
    return [code(name), aliases.map(code).join(', '), type, code(example)]
  })
  return `${pageHead('The query language', 'src/query/kql/properties.ts')}
KQL as Purview's content search has it, over [items](../spec/interaction-model.md): a prompt with its answers, or an
event, reconciled from every record that tells of it. Upper and lower case are the same everywhere.

${table(
  ['write', 'finds'],
  [
    [code('merger fabrikam'), 'items with both words, anywhere'],
    [code('"lock-up period"'), 'the words next to each other'],
    [code('merg*'), 'words that begin so; also at the end of a phrase, and nowhere else'],
    [
      `${code('a AND b')}, ${code('a OR b')}, ${code('NOT a')}, ${code('( )')}`,
      'NOT binds before AND, AND before OR',
    ],
    [code('property:value'), 'as the table below says; words or phrases'],
    [code('property:a,b'), 'any of them'],
    [code('property<>a'), 'none of them'],
    [code('property:a..b'), 'from a to b, both included'],
    [code('property:*'), 'items that have a value'],
    [code('*'), 'everything'],
  ],
)}

A word of a query is found in prompts, answers, and the names of people, files and agents. What an unknown flag is:
no record says anything about it; it is not false.

## Properties

${table(['property', 'also', 'type', 'example'], rows)}

${table(
  ['type', 'compares'],
  Object.entries(TYPES).map(([type, meaning]) => [type, meaning]),
)}
`
}
