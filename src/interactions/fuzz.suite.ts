// Records for the fuzz tests: real shapes of ours, broken at random. Imported by tests only.
import { readdirSync, readFileSync } from 'node:fs'
import { intake } from './intake.ts'
import type { ReadContext } from './record.ts'
import { semanticForm } from './semantic-form.ts'

const testdata = new URL('./testdata/', import.meta.url)
const seeds = readdirSync(testdata)
  .filter((file) => file.endsWith('.record.json'))
  .map((file) => JSON.stringify(JSON.parse(readFileSync(new URL(file, testdata), 'utf8'))))

const contexts: readonly ReadContext[] = [
  { format: 'audit' },
  { format: 'audit-row' },
  { format: 'ai-interaction' },
  { format: 'ai-interaction', custodian: 'avery.howard@contoso.com' },
  { format: 'audit-csv', columns: ['RecordId', 'AuditData'], delimiter: ',' },
  { format: 'audit-csv', columns: ['__proto__', 'auditdata', 'auditdata'], delimiter: ';' },
  { format: 'pax-row' },
  {
    format: 'pax-csv',
    columns: ['RecordId', 'Message_Id', 'AccessedResource_SiteUrl'],
    delimiter: ',',
  },
  { format: 'pax-csv', columns: ['CopilotEventData', '__proto__', 'RecordId'], delimiter: ':' },
  { format: 'explorer' },
  { format: 'explorer-csv', columns: ['Activity', 'CopilotEventData', 'User'], delimiter: ',' },
  { format: 'ediscovery-csv', columns: ['Item class', 'Immutable ID', 'Date'], delimiter: ',' },
  { format: 'telemetry' },
  { format: 'telemetry', columns: ['timestamp', 'name', 'customDimensions'] },
  { format: 'telemetry-csv', columns: ['timestamp', 'customDimensions'], delimiter: ',' },
  { format: 'transcript' },
  { format: 'transcript-csv', columns: ['conversationtranscriptid', 'content'], delimiter: ',' },
]

const pieces = (
  '" \\ { } [ ] , : null true 1e999 -0 "" < > &#x <script> [1]( [^1^] 19:meeting_ T_ /Date( ' +
  '@odata.type "__proto__":{"x":1} "constructor":1 "Id":[] \\ud800 99999999999999999999 \u0000 ' +
  '"Messages":{} "AccessedResources":7 "body":{"content":[]} "from":{"user":[]} \uFEFF'
).split(' ')

/** Small and fast random numbers (mulberry32): the same seed gives the same cases. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A record of ours with one to four spots cut, doubled, replaced or spoilt. */
export function brokenRecord(random: () => number): string {
  let text = seeds[Math.floor(random() * seeds.length)] ?? '{}'
  for (let spots = 1 + Math.floor(random() * 4); spots > 0; spots--) {
    const at = Math.floor(random() * text.length)
    const to = at + Math.floor(random() * 40)
    const piece = pieces[Math.floor(random() * pieces.length)] ?? ''
    const how = random()
    if (how < 0.25) text = text.slice(0, at) + text.slice(to)
    else if (how < 0.5) text = text.slice(0, to) + text.slice(at)
    else if (how < 0.9) text = text.slice(0, at) + piece + text.slice(to)
    else text = text.slice(0, at)
  }
  return text
}

/** Reads a text in every format; throws when an answer is missing or cannot be written down. */
export function readInEveryWay(raw: string): void {
  for (const context of contexts) {
    const { facts } = intake(raw, context)
    const written = JSON.stringify(facts)
    if (facts.unmapped === 'could not be read') throw new Error(`intake failed on ${raw}`)
    if (typeof written !== 'string' || typeof facts.text !== 'string') throw new Error(raw)
    if (JSON.stringify(intake(raw, context).facts) !== written) throw new Error(`differs: ${raw}`)
    if (typeof semanticForm(raw, context) !== 'string') throw new Error(raw)
  }
}
