import type { Item, ItemMessage } from '../../../../interactions/item.ts'

/** Items for tests of transcripts. */
export function anItem(given: Partial<Item> = {}): Item {
  return {
    id: '66a2dce110b636d9b8136c10dc54afe4',
    tenantId: 'b86ab9d4-fcf1-4b11-8a06-7a8f91b47fbd',
    kind: 'interaction',
    occurredAt: '2026-03-04T09:15:00.123Z',
    timeBasis: 'occurred',
    receivedAt: '2026-03-09T08:00:00.000Z',
    custodians: [{ objectId: null, upn: 'avery@contoso.com', name: 'Avery Howard' }],
    surface: 'Word',
    setting: 'file',
    sessionId: '19:Zm9yLXRlc3Rz@thread.v2',
    requestIds: [],
    conversationId: null,
    correlationIds: [],
    operations: ['CopilotInteraction'],
    recordTypes: ['CopilotInteraction'],
    recordTypeNumbers: [261],
    workloads: ['Copilot'],
    clientIps: [],
    regions: [],
    locale: null,
    contexts: [],
    agent: null,
    messages: [aMessage({ id: '1', role: 'prompt' }), aMessage({ id: '2', role: 'answer' })],
    resources: [],
    plugins: [],
    models: [],
    labels: [],
    jailbreak: null,
    xpia: null,
    web: null,
    tenantGrounded: null,
    automatic: null,
    dlp: null,
    credits: null,
    text: '',
    unmapped: null,
    sources: ['export.ai-interaction'],
    recordIds: [],
    sequences: [4, 9],
    versions: 0,
    findings: [],
    provenance: {},
    ...given,
  }
}

export function aMessage(given: Partial<ItemMessage> = {}): ItemMessage {
  return {
    id: '1',
    role: 'prompt',
    text: 'Summarise the plan of Falcon',
    at: '2026-03-04T09:15:00.123Z',
    automatic: null,
    jailbreak: null,
    sequences: [4],
    ...given,
  }
}

/** What people write to break whatever shows it. */
export const HOSTILE_TEXT = `</p></article><script>alert(1)</script><img src="https://evil.example/x.png" onerror="alert(1)">
"quotes' & &amp; \u202Egnp.exe\u202C zero\u200Bwidth NUL\0 tag\u{e0041} lone\ud800 \u001b[2J
مرحبا שלום 日本語 한국어 สวัสดี नमस्ते Καλημέρα Привет 😀 e\u0301${'\u0335'.repeat(60)}
${'x'.repeat(100_000)}`
