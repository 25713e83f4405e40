import { z } from 'zod'

// What `daybook.yaml` may hold. Descriptions become docs/reference/configuration.md.

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `10m`, `6d`: milliseconds. */
export function durationOf(text: string): number | null {
  const [, digits = '', unit = ''] = /^(\d{1,5})\s*([smhd])$/.exec(text.trim()) ?? []
  const factor = UNITS[unit]
  return factor === undefined ? null : Number(digits) * factor
}

const duration = (least: string, most: string) =>
  z.string().transform((text, context) => {
    const ms = durationOf(text)
    if (ms !== null && ms >= (durationOf(least) ?? 0) && ms <= (durationOf(most) ?? 0)) return ms
    context.addIssue({
      code: 'custom',
      message: `takes a time from ${least} to ${most}, such as 10m, 6h or 6d`,
    })
    return z.NEVER
  })

const guid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'takes a GUID')
  .transform((text) => text.toLowerCase())

const secret = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  { error: 'takes { env: NAME } or { file: path }, never the secret itself' },
)

const file = z.strictObject({ file: z.string().min(1) })

const client = z
  .strictObject({
    id: guid.optional().describe('Application (client) id of the app registration'),
    secret: secret.optional().describe('Client secret: `{ env: NAME }` or `{ file: path }`'),
    certificate: z
      .strictObject({ file: z.string().min(1), key: file })
      .optional()
      .describe('Certificate and its private key, PEM: `{ file: …, key: { file: … } }`'),
    'managed-identity': z
      .strictObject({})
      .optional()
      .describe('`{}`: the identity of the machine that Daybook runs on'),
    'federated-token': file
      .optional()
      .describe('Workload identity: file with the token of the platform'),
  })
  .refine(
    (given) =>
      [given.secret, given.certificate, given['managed-identity'], given['federated-token']].filter(
        (each) => each !== undefined,
      ).length === 1,
    'takes exactly one of secret, certificate, managed-identity and federated-token',
  )
  .describe('How Daybook signs in')

const hostAndPort = z.string().regex(/^[^\s:]+:\d{1,5}$/, 'takes host:port, such as 127.0.0.1:8443')

const webhook = z.strictObject({
  address: z
    .url()
    .refine(
      (text) => /^https:|^http:\/\/(?:127\.0\.0\.1|localhost)[:/]/i.test(text),
      'takes an https address; plain http is for an emulated tenant on this machine alone',
    )
    .describe('Where Microsoft calls: https, reachable from outside'),
  listen: hostAndPort.describe(
    'Where Daybook is called, `host:port`; a proxy in front of it ends TLS',
  ),
  'auth-id': secret.describe(
    'What Microsoft says each time it calls, 16 random characters or more: `{ env: NAME }` or `{ file: path }`',
  ),
})

/** `off`, or options. An empty value (`directory:`) means on, with what is usual. */
const feed = <Shape extends z.core.$ZodLooseShape>(shape: Shape, what: string) =>
  z
    .union([z.literal('off'), z.literal(false), z.null(), z.strictObject(shape)])
    .optional()
    .describe(what)

const feeds = z
  .strictObject({
    'management-activity': feed(
      {
        'content-types': z
          .array(
            z.enum([
              'Audit.General',
              'Audit.AzureActiveDirectory',
              'Audit.Exchange',
              'Audit.SharePoint',
              'DLP.All',
            ]),
          )
          .min(1)
          .optional()
          .describe('Which of the five content types (Audit.General)'),
        webhook: webhook
          .optional()
          .describe('Have Microsoft call when there is something new; without it only polling'),
      },
      'Audit records (Office 365 Management Activity API); Copilot is in Audit.General',
    ),
    'graph-interactions': feed(
      {
        'full-sweep': duration('1h', '30d')
          .optional()
          .describe('How often everybody is asked, also who shows no activity (1d)'),
        beta: z.boolean().optional().describe('Ask the beta version of the interface'),
      },
      'Prompts and answers of licensed people (Graph)',
    ),
    'graph-notifications': feed(
      {
        url: z.url().describe('Where Microsoft sends notifications: https, reachable from outside'),
        listen: hostAndPort.describe(
          'Where Daybook takes them, `host:port`; a proxy in front of it ends TLS',
        ),
        certificate: file.describe('Certificate (PEM, RSA) that notifications are encrypted for'),
        key: file.describe('Its private key (PEM)'),
        'whole-tenant': z
          .boolean()
          .optional()
          .describe(
            'One subscription to the tenant, which takes all six Copilot plans (false: one for each licensed person)',
          ),
      },
      'Change notifications of prompts and answers (Graph subscriptions)',
    ),
    'audit-query': feed(
      { backfill: duration('1h', '180d').optional().describe('How far back is filled (180d)') },
      'Audit records by query (Graph): fills what is older than a week',
    ),
    'app-insights': feed(
      { apps: z.array(z.string().min(1)).min(1).describe('Ids of the applications') },
      'Telemetry of custom agents: ids of the Application Insights applications',
    ),
    directory: feed(
      {
        every: duration('10m', '30d').optional().describe('How often people are read (1h)'),
        packages: z
          .boolean()
          .optional()
          .describe('Read what agents there are, each day; takes an Agent 365 licence (true)'),
        'usage-reports': z
          .boolean()
          .optional()
          .describe('Read whom Microsoft counts as active, each day (true)'),
      },
      'People, licences, mailboxes, agents, usage reports',
    ),
    context: feed(
      {
        sites: z.boolean().optional().describe('Names of sites; takes Sites.Selected (true)'),
        files: z
          .boolean()
          .optional()
          .describe(
            'Names of files of which records give the address alone; takes Files.Read.All (false)',
          ),
        meetings: z
          .boolean()
          .optional()
          .describe('Subjects of meetings; takes Chat.ReadBasic.All (false)'),
        'ask-again': duration('1d', '365d')
          .optional()
          .describe('After how long a name is asked for again (30d)'),
      },
      'Names of sites, files and meetings (Graph)',
    ),
  })
  .describe('What is collected; what is not named is off')

const tenant = z.strictObject({
  id: guid.describe('Tenant (directory) id'),
  cloud: z
    .enum(['commercial', 'gcc', 'gcc-high', 'dod'])
    .default('commercial')
    .describe('Whose hosts are asked'),
  emulator: z
    .url()
    .optional()
    .describe('Address of an emulated tenant (`daybook tenant`), instead of Microsoft’s hosts'),
  publisher: guid
    .optional()
    .describe(
      'PublisherIdentifier: whose share of the throttling pool is used; your own tenant id',
    ),
  'requests-per-minute': z
    .number()
    .int()
    .min(60)
    .max(100_000)
    .optional()
    .describe(
      'Requests a minute to the Management Activity API, where Microsoft grants more (2000)',
    ),
  client,
  feeds,
})

export const configurationSchema = z.strictObject({
  tenants: z.array(tenant).min(1).describe('The tenants to collect from'),
  collect: z
    .strictObject({
      every: duration('10s', '1d').optional().describe('How often is looked for what is new (10m)'),
      'look-back': duration('1h', '7d')
        .optional()
        .describe('How far back each look goes, for what comes late (6d)'),
    })
    .optional()
    .describe('When and how far back'),
  network: z
    .strictObject({
      proxy: z
        .url()
        .optional()
        .describe(
          'Proxy for all requests that leave this machine (HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment)',
        ),
      certificates: file.optional().describe('PEM file with further certificate authorities'),
    })
    .optional()
    .describe('How the internet is reached'),
})

export type Configuration = z.output<typeof configurationSchema>
export type TenantConfiguration = Configuration['tenants'][number]
export type WebhookConfiguration = z.output<typeof webhook>
export type SecretSetting = z.output<typeof secret>
