import { auditTime } from '../history/audit-record.ts'
import type { Cast } from '../history/cast.ts'
import type { Random } from '../history/random.ts'

// What Microsoft adds without notice: a field nobody has seen, a kind of record without a published number.

const FIELD = Buffer.from(',"GuardrailOutcome":{"Category":"Unrated","Score":0}}')

/** The record with one more field at its end. */
export function withFutureField(record: Buffer): Buffer {
  return Buffer.concat([record.subarray(0, record.lastIndexOf('}')), FIELD])
}

export function futureRecord(
  random: Random,
  cast: Cast,
  occurredAt: number,
): { readonly id: string; readonly bytes: Buffer } {
  const member = cast.members[random.below(cast.members.length - 1)]
  const id = random.guid()
  const text = `{"CreationTime":"${auditTime(occurredAt)}","Id":"${id}","Operation":"CopilotMemoryCompacted","OrganizationId":"${cast.tenantId}","RecordType":951,"UserKey":"${member?.objectId}","UserType":0,"Version":1,"Workload":"Copilot","UserId":"${member?.upn}","CompactionPlan":{"Kept":${random.below(40)},"Dropped":${random.below(9)}}}`
  return { id, bytes: Buffer.from(text) }
}
