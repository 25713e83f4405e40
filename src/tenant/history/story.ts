// What happened in one turn, as far as more than one record tells of it: both sources must agree on it.
import { Bytes } from './bytes.ts'
import type { Cast, TenantFile } from './cast.ts'
import { Random } from './random.ts'
import type { Session, Turn } from './session.ts'
import type { HistorySurface } from './surfaces.ts'
import { TextMaker } from './text.ts'
import type { Vocabulary } from './vocabulary.ts'
import { vocabularies } from './vocabulary.ts'

/** All that the making of records needs; the last three are working space, so one world per thread. */
export interface World {
  readonly seed: number
  readonly cast: Cast
  readonly vocabularies: readonly Vocabulary[]
  readonly texts: TextMaker
  readonly random: Random
  /** The record being written, and the file of each shape that is being filled. */
  readonly buffers: Readonly<Record<'record' | 'blob' | 'page' | 'csv', Bytes>>
}

export function makeWorld(seed: number, cast: Cast): World {
  const all = vocabularies()
  const texts = new TextMaker(all[0]?.words.length ?? 0)
  const buffers = { record: new Bytes(), blob: new Bytes(), page: new Bytes(), csv: new Bytes() }
  return { seed, cast, vocabularies: all, texts, random: new Random(), buffers }
}

export interface AccessedResource {
  readonly kind: 'file' | 'email' | 'chat' | 'web'
  /** The file of kind `file`. */
  readonly file: TenantFile | null
  readonly id: string
  readonly labelId: string
  readonly xpia: boolean
  readonly dlp: 'none' | 'blocked' | 'audited'
}

interface StoryContext {
  readonly type: Exclude<HistorySurface['context'], ''>
  /** Address of the document, or id of the Teams thread. */
  readonly id: string
  readonly name: string
}

export interface Story {
  readonly threadId: string
  readonly requestId: string
  readonly conversationId: string
  readonly resources: readonly AccessedResource[]
  /** Files that the answer names, most of them among the resources. */
  readonly cited: readonly TenantFile[]
  /** The document, meeting or chat that it is about. */
  readonly context: StoryContext | null
  readonly web: boolean
  readonly jailbreak: boolean
  readonly clientIp: string
  readonly region: string
}

const NO_RESOURCES = 0.5
const WEB = 1 / 7
const JAILBREAK = 5 / 10_000
const XPIA = 2 / 10_000
const DLP = 0.006
const CITED_BUT_NOT_LISTED = 0.01

/** Streams of random numbers of one session: 0 is its plan, 1 itself, from 16 on each turn has sixteen. */
export function streamOf(turn: Turn, use: number): number {
  return 16 + turn.number * 16 + use
}

export function tell(world: World, session: Session, turn: Turn): Story {
  const { seed, cast, random } = world
  const { plant } = session
  random.seed(seed, session.day, session.number, 1)
  const threadId = `19:${random.token(21)}w1@thread.v2`
  const conversationId = random.guid()
  random.seed(seed, session.day, session.number, streamOf(turn, 0))
  const requestId = random.guid()
  const member = cast.members[session.member]
  const where = random.float()
  const clientIp = where < 0.3 ? '' : where < 0.8 ? (member?.ip ?? '') : travelling(random)
  const region = random.chance(0.3) ? '' : (member?.region ?? '')
  const web = random.chance(WEB)
  const jailbreak = plant === null ? random.chance(JAILBREAK) : plant.jailbreak
  const resources = resourcesOf(cast, session, web, random)
  const files = resources.flatMap((resource) => (resource.file === null ? [] : [resource.file]))
  const cited = files.slice(0, 4)
  if (plant === null && random.chance(CITED_BUT_NOT_LISTED)) {
    cited.push(fileFor(cast, session.member, random))
  }
  const context = contextOf(session, resources, random.token(12))
  return {
    threadId,
    requestId,
    conversationId,
    resources,
    cited,
    context,
    web,
    jailbreak,
    clientIp,
    region,
  }
}

function contextOf(
  session: Session,
  resources: readonly AccessedResource[],
  token: string,
): StoryContext | null {
  const type = session.surface.context
  if (type === '') return null
  if (type === 'TeamsMeeting') {
    return { type, id: `19:meeting_${token}@thread.v2`, name: 'Teams Meeting Copilot' }
  }
  if (type === 'TeamsChat') return { type, id: `19:${token}@thread.v2`, name: 'Teams Chat Copilot' }
  const file = resources.find((resource) => resource.file?.type === type)?.file
  if (file) return { type, id: file.url, name: file.name }
  const name = `Document.${type}`
  const id = `https://contoso-my.sharepoint.com/personal/_layouts/15/Doc.aspx?sourcedoc=%7B${token}%7D&file=${name}`
  return { type, id, name }
}

function resourcesOf(
  cast: Cast,
  session: Session,
  web: boolean,
  random: Random,
): readonly AccessedResource[] {
  const resources: AccessedResource[] = []
  if (session.plant?.readsNeedleFile) {
    const file = cast.files[cast.needleFile] ?? null
    const labelId = file?.labelId ?? ''
    resources.push({ kind: 'file', file, id: random.token(49), labelId, xpia: false, dlp: 'none' })
  }
  if (web && random.chance(0.5)) {
    const id = random.token(8)
    resources.push({
      kind: 'web',
      file: null,
      id,
      labelId: '',
      xpia: random.chance(XPIA),
      dlp: 'none',
    })
  }
  if (random.chance(NO_RESOURCES)) return resources
  do {
    const draw = random.float()
    const kind = draw < 0.8 ? 'file' : draw < 0.93 ? 'email' : 'chat'
    const file = kind === 'file' ? fileFor(cast, session.member, random) : null
    const labelled = kind === 'email' && random.chance(0.22) ? (cast.labels[1] ?? '') : ''
    const ruled = random.chance(DLP)
    resources.push({
      kind,
      file,
      id: random.token(49),
      labelId: file?.labelId ?? labelled,
      xpia: random.chance(XPIA),
      dlp: ruled ? (random.chance(0.5) ? 'blocked' : 'audited') : 'none',
    })
  } while (resources.length < 8 && random.chance(0.65))
  return resources
}

/** Half of what people read are everybody's popular files, half their own few. */
function fileFor(cast: Cast, member: number, random: Random): TenantFile {
  const rank = cast.fileRanks.draw(random)
  const own = random.chance(0.5) ? member * 7_919 : 0
  const file = cast.files[(rank + own) % (cast.files.length - 1)]
  if (file === undefined) throw new Error('A cast has files.')
  return file
}

function travelling(random: Random): string {
  return `198.51.${100 + random.below(100)}.${random.below(254) + 1}`
}
