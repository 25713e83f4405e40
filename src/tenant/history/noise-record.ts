import { auditTime } from './audit-record.ts'
import type { Bytes } from './bytes.ts'
import type { World } from './story.ts'

type Kind = readonly [number, string, string]

// [record type, operation, workload]: kinds that everybody's Audit.General and neighbours are full of.
const KINDS: readonly [Kind, ...Kind[]] = [
  [15, 'UserLoggedIn', 'AzureActiveDirectory'],
  [6, 'FileAccessed', 'SharePoint'],
  [6, 'FileModified', 'OneDrive'],
  [50, 'MailItemsAccessed', 'Exchange'],
  [8, 'Update user.', 'AzureActiveDirectory'],
]

/** Writes the n-th record of a day that has nothing to do with AI: an import counts it and keeps none of it. */
export function writeNoise(out: Bytes, world: World, day: number, dayMs: number, n: number): void {
  const { random, cast } = world
  random.seed(world.seed, day, n, 0x6e6f6973)
  const [recordType, operation, workload] = random.pick(KINDS)
  const member = cast.members[random.below(cast.members.length - 1)]
  out.ascii(
    `{"CreationTime":"${auditTime(dayMs + random.below(86_400_000))}","Id":"${random.guid()}","Operation":"${operation}","OrganizationId":"${cast.tenantId}","RecordType":${recordType},"ResultStatus":"Success","UserKey":"${member?.objectId}","UserType":0,"Version":1,"Workload":"${workload}","ClientIP":"${member?.ip}","ObjectId":"${random.guid()}","UserId":"${member?.upn}"}`,
  )
}
