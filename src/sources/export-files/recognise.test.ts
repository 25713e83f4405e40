import { expect, test } from 'vitest'
import { recognise } from './recognise.ts'
import { aiInteraction, auditRecord } from './testdata/exports.ts'

const one = JSON.stringify(auditRecord(1))
const item = JSON.stringify(aiInteraction(1))
const row = '{"RecordType":"CopilotInteraction","CreationDate":"2026-03-02","AuditData":"{}"}'

function seen(text: string, isWhole = true): string {
  const recognised = recognise(Buffer.from(text), isWhole)
  if (recognised.kind === 'refused') return recognised.message
  if (recognised.kind === 'reference') return `reference: ${recognised.reference}`
  return recognised.kind === 'export'
    ? `${recognised.shape} as ${recognised.structure.kind}`
    : recognised.kind
}

test.each([
  ['a Management blob', `[${one},${one}]`, 'management-blob as json'],
  ['an indented blob', JSON.stringify([auditRecord(1)], null, 4), 'management-blob as json'],
  ['an empty blob', ' [ ]\n', 'management-blob as json'],
  ['one audit record', one, 'audit-records as json'],
  ['one indented audit record', JSON.stringify(auditRecord(1), null, 2), 'audit-records as json'],
  ['NDJSON', `${one}\n${one}\n`, 'audit-records as lines'],
  ['NDJSON whose first line is broken', `{"Id":\n${one}\n${one}\n`, 'audit-records as lines'],
  ['records joined', one + one, 'audit-records as json'],
  [
    'a record of event data alone',
    '{"CopilotEventData":{"AppHost":"Word"}}',
    'audit-records as json',
  ],
  [
    'a flattened record',
    '{"AppIdentity":"Copilot.Word","AppHost":"Word"}',
    'audit-records as json',
  ],
  ['a Graph page', `{"@odata.context":"x","value":[${item}]}`, 'graph-page as json'],
  ['an empty Graph page', '{"value":[]}', 'graph-page as json'],
  ['a list of items', `[${item}]`, 'ai-interactions as json'],
  ['one item', item, 'ai-interactions as json'],
  ['search results', `[${row}]`, 'audit-rows as json'],
  ['search results as lines', `${row}\n${row}`, 'audit-rows as lines'],
  ['Graph audit records', '{"value":[{"id":"1","auditData":{"Id":"1"}}]}', 'audit-rows as json'],
  ['a blob as text in a list', JSON.stringify([one, one]), 'management-blob as json'],
  ['a blob as one text', JSON.stringify(`[${one}]`), 'audit-records as json'],
  ['records as text, one per line', `${JSON.stringify(one)}\n`.repeat(2), 'audit-records as json'],
  ['a blob behind a comment', `// of March\n[${one}]`, 'management-blob as json'],
  ['an answer with its head', `HTTP/1.1 200 OK\n\n{"data":[${one}]}`, 'audit-records as nested'],
  ['records under a name', `{"status":"ok","data":[${one}]}`, 'audit-records as nested'],
  ['a page with its state first', `{"state":1,"value":[${item}]}`, 'graph-page as nested'],
  ['audit records in Records', `{"Records":[${one}]}`, 'audit-records as nested'],
  ['Defender events', `[{"ActionType":"x","RawEventData":${one}}]`, 'audit-rows as json'],
  ['an answer of Application Insights', '{"tables":[]}', 'telemetry-tables as nested'],
  [
    'one table of an answer',
    '{"name":"PrimaryResult","columns":[{"name":"timestamp"}],"rows":[["x"]]}',
    'telemetry-tables as nested',
  ],
  [
    'frames of a Kusto answer',
    '[{"FrameType":"DataSetHeader"},{"TableKind":"PrimaryResult","Columns":[{"ColumnName":"timestamp"}],"Rows":[["x"]]}]',
    'telemetry-tables as nested',
  ],
  [
    'records of Activity Explorer as text',
    JSON.stringify({ ResultData: '[{"RecordIdentity":"1"}]', RecordCount: 1 }),
    'explorer-pages as nested',
  ],
  [
    'a page of Activity Explorer',
    '{"WaterMark":"w","Records":{"RecordIdentity":"1"}}',
    'explorer-pages as nested',
  ],
  [
    'records of Activity Explorer',
    '[{"RecordIdentity":"1","Activity":"x"}]',
    'explorer-records as json',
  ],
  ['telemetry', '{"name":"x","customDimensions":{}}\n{"name":"y"}\n', 'telemetry-rows as lines'],
  ['transcripts', '{"value":[{"conversationtranscriptid":"1"}]}', 'transcripts as json'],
  ['an items report', 'File ID,Item class,Immutable ID\n1,2,3\n', 'ediscovery-csv as csv'],
  ['exploded rows', 'RecordId,AppHost,Message_Id\n1,2,3\n', 'pax-csv as csv'],
  ['dotted columns', 'Id,Operation,CopilotEventData.AppHost\n1,2,3\n', 'pax-csv as csv'],
  ['Activity Explorer as CSV', '"Activity","Happened"\n1,2\n', 'explorer-csv as csv'],
  ['a usage report', 'Report Refresh Date,x\n', 'reference: usage-report'],
  ['a usage report as JSON', '{"value":[{"reportRefreshDate":"x"}]}', 'reference: usage-report'],
  [
    'agent packages',
    '{"value":[{"id":"P_1","supportedHosts":["Copilot"]}]}',
    'reference: packages',
  ],
  ['the admin centre’s agents', 'Supported in,Title ID,Agent name\n', 'reference: packages'],
  ['people by their mail', 'displayName,mail,accountEnabled\n', 'reference: directory'],
  [
    'people of the directory',
    '[{"id":"1","displayName":"Anna","userPrincipalName":"anna@contoso.com"}]',
    'reference: directory',
  ],
])('%s is recognised', (_, text, shape) => {
  expect(seen(text)).toBe(shape)
})

test.each([
  ['RecordId,CreationDate,AuditData\n', ',', ['RecordId', 'CreationDate', 'AuditData']],
  ['"AuditData";"a;b"\r\n', ';', ['AuditData', 'a;b']],
  ['Id\tauditdata\n', '\t', ['Id', 'auditdata']],
  ['#TYPE Deserialized.Result\r\n"RecordType","AuditData"\r\n', ',', ['RecordType', 'AuditData']],
  ['sep=;\nAUDITDATA;x\n', ';', ['AUDITDATA', 'x']],
  ['AuditData,b\r1,2\r', ',', ['AuditData', 'b']],
  ['"Audit Data"|b\n', '|', ['Audit Data', 'b']],
  ['Timestamp,RawEventData\n', ',', ['Timestamp', 'RawEventData']],
  ['Audit search\nby Anna, on 2 March\n\nId,AuditData,x\n', ',', ['Id', 'AuditData', 'x']],
])('a CSV is recognised by its AuditData column: %j', (text, delimiter, columns) => {
  const recognised = recognise(Buffer.from(text), true)
  expect(recognised).toMatchObject({
    kind: 'export',
    shape: 'audit-csv',
    context: { format: 'audit-csv', delimiter, columns },
  })
})

test.each([
  ['', 'empty'],
  ['  \n', 'empty'],
  ['{"value":[{"encryptedContent":{"data":"x"}}]}', 'encrypted'],
  ['{"access_token":"x"}', 'token'],
  ['{"error":{"code":"AF50000"}}', 'error answer'],
  ["{'error':{'code':'AF429'}}", 'no export'],
  ['[{"contentUri":"x"}]', 'content blobs'],
  ['[{"contentType":"Audit.General","status":"enabled"}]', 'subscription'],
  ['{"webhook":{}}', 'subscription'],
  ['{"id":"q","status":"succeeded","recordCountLimit":5}', 'audit search'],
  ['{"AppHost":"Word","ThreadId":"t","Messages":[]}', 'CopilotEventData'],
  ['{"Id":"1","Action":"Read","SiteUrl":"https://contoso.com"}', 'accessed resource'],
  ['<html>', 'web page'],
  ['Dear Anna,\nthe file is attached.\n', 'no export'],
  ['The columns are:\nId\nAuditData\n', 'no export'],
  ['{"a":1}', 'no export'],
  ['{"tables":[{"columns":["a"],"rows":[["b"]]}]}', 'without a column that Daybook knows'],
  ['{"PageNumber":1,"Records":"none"}', 'cannot read'],
  ['id,sessionId,appClass,userPrincipalName,displayName\n', 'save them as JSON'],
  ['[1,2,3]', 'no export'],
  ['{', 'ends before'],
  ['[{"Rec', 'ends before'],
  ['"RecordId","AuditData","Assoc', 'inside its header line'],
  ['RecordId,AuditData,', 'inside its header line'],
  ['\u0000\u0001', 'binary'],
])('what is no export says so: %j', (text, words) => {
  expect(seen(text)).toContain(words)
})

test('a first record longer than what was read is recognised by the keys seen, or asks for more', () => {
  const long = JSON.stringify({ Extra: 'x'.repeat(500), ...auditRecord(1) })
  expect(seen(`[${long.slice(0, 300)}`, false)).toBe('undecided')
  expect(seen(`[${long.slice(0, 700)}`, false)).toBe('management-blob as json')
  expect(seen('   ', false)).toBe('undecided')
})
