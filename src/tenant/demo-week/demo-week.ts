import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { managementBlobs, portalExport } from './audit-exports.ts'
import { runtimeRecordId } from './audit-records.ts'
import { COLLEAGUES, LABELS, MATERIALS, TENANT_ID } from './firm.ts'
import { graphPages } from './graph-exports.ts'
import { momentCalled, MOMENTS, type Moment } from './moments.ts'
import type { ExportFile, Outcome } from './served.ts'

/** Where one exchange of the week is to be found. */
export interface NotableTurn {
  /** Id of its audit record; null when Microsoft wrote none. */
  readonly recordId: string | null
  readonly sessionId: string
  readonly promptId: string
  readonly answerId: string
  readonly upn: string
  /** KQL that finds this exchange, and no other, in an archive that holds this week alone. */
  readonly kql: string
}

/** The bundled week of a small firm: where its export files lie, what an import must count, what there is to find. */
export interface DemoWeek {
  readonly tenantId: string
  /** The folders of the three shapes: Management Activity blobs, Graph pages, Purview portal CSV. */
  readonly folders: readonly string[]
  /** As `import` counts them: read = added + repeated + notAi; versions are part of added. */
  readonly expected: {
    readonly read: number
    readonly added: number
    readonly repeated: number
    readonly versions: number
    readonly notAi: number
  }
  readonly people: readonly { readonly upn: string; readonly name: string }[]
  readonly notable: {
    readonly jailbreak: NotableTurn
    readonly xpia: NotableTurn
    readonly labelled: NotableTurn & { readonly file: string; readonly labelId: string }
    /** The answer cites `file`, which the audit record does not list. */
    readonly disagreement: NotableTurn & { readonly file: string }
    readonly dlpBlocked: NotableTurn
    readonly webSearch: NotableTurn
    readonly edited: NotableTurn
    /** One answer in the histories of two people. */
    readonly meeting: NotableTurn & { readonly heardBy: string }
    /** One turn of a custom-engine agent, logged by the client and by the agent's runtime. */
    readonly twin: NotableTurn & { readonly runtimeRecordId: string }
    readonly auditWithoutText: NotableTurn
    readonly textWithoutAudit: NotableTurn
    readonly hostileText: NotableTurn
    readonly late: NotableTurn
    /** Of the prompts whose text was served, how many an application sent by itself. */
    readonly automaticShare: { readonly automatic: number; readonly prompts: number }
    /** A conversation of several turns that is worth showing. */
    readonly conversationSession: string
    /** Id of the audit record that the demo proves. */
    readonly proveRecordId: string
  }
}

/** Writes the export files of the week into `folder`, which is made if need be: the same bytes on every run. */
export async function writeDemoWeek(folder: string): Promise<DemoWeek> {
  const files = [...managementBlobs(), ...graphPages(), portalExport()]
  for (const { path, text } of files) {
    const target = join(folder, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text)
  }
  const heron = momentCalled('heron 1')
  const meeting = momentCalled('meeting answer')
  const served = MOMENTS.filter(({ turn }) => turn.only !== 'audit')
  return {
    tenantId: TENANT_ID,
    folders: ['management', 'graph', 'purview'].map((name) => join(folder, name)),
    expected: expectedOf(files),
    people: Object.values(COLLEAGUES).map(({ upn, name }) => ({ upn, name })),
    notable: {
      jailbreak: notable('jailbreak', 'jailbreak:true AND merger'),
      xpia: notable('injection', 'xpia:true'),
      labelled: {
        ...notable('heron 1', `file:"${MATERIALS.heron.name}" AND prompt:overview`),
        file: MATERIALS.heron.name,
        labelId: LABELS.confidential,
      },
      disagreement: {
        ...notable('disagreement', 'finding:CITED_NOT_LISTED AND surface:Chat'),
        file: MATERIALS.complaints.name,
      },
      dlpBlocked: notable('dlp block', 'dlp:blocked'),
      webSearch: notable('web search', 'web:true'),
      edited: notable('edited', 'finding:CHANGED_AFTERWARDS'),
      meeting: {
        ...notable('meeting answer', 'surface:Teams AND prompt:decided'),
        heardBy: COLLEAGUES[meeting.turn.heardBy ?? meeting.turn.who].upn,
      },
      twin: {
        ...notable('service desk', 'finding:RUNTIME_TWIN'),
        runtimeRecordId: runtimeRecordId('service desk'),
      },
      auditWithoutText: notable('no text', 'finding:AUDIT_WITHOUT_TEXT'),
      textWithoutAudit: notable('no audit', 'finding:TEXT_WITHOUT_AUDIT'),
      hostileText: byRecord('hostile text'),
      late: byRecord('late'),
      automaticShare: {
        automatic: served.filter(({ turn }) => turn.automatic === true).length,
        prompts: served.length,
      },
      conversationSession: heron.sessionId,
      proveRecordId: heron.auditId,
    },
  }
}

function notable(id: string, kql: string): NotableTurn {
  return notableTurn(momentCalled(id), kql)
}

function byRecord(id: string): NotableTurn {
  const moment = momentCalled(id)
  return notableTurn(moment, `id:${moment.auditId}`)
}

function notableTurn(moment: Moment, kql: string): NotableTurn {
  const { turn, auditId, sessionId, askedAt, answeredAt } = moment
  return {
    recordId: turn.only === 'graph' ? null : auditId,
    sessionId,
    promptId: String(askedAt),
    answerId: String(answeredAt),
    upn: COLLEAGUES[turn.who].upn,
    kql,
  }
}

function expectedOf(files: readonly ExportFile[]): DemoWeek['expected'] {
  const outcomes = files.flatMap(({ served }) => served)
  const count = (wanted: Outcome) => outcomes.filter((outcome) => outcome === wanted).length
  const versions = count('version')
  return {
    read: outcomes.length,
    added: count('added') + versions,
    repeated: count('repeated'),
    versions,
    notAi: count('notAi'),
  }
}
