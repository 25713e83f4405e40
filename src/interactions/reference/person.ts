import { flag, guid, isFields, listOf, word } from '../fields.ts'
import type { Flag } from '../record.ts'
import type { TableRow } from '../table-row.ts'
import type { ReferencePerson } from './record.ts'

/** Microsoft 365 Copilot: the licence, and the service plan without which nothing is served (interface reference h). */
const COPILOT_SKU = '639dec6b-bb19-468b-871c-c5c441c4b0cb'
const COPILOT_PLAN = '3f30311c-6b1e-48a4-ab79-725b469da960'
const CONCEALED = /^[0-9a-f]{32}$/i

/** A person of a directory export or of a usage report; null when the row names nobody. */
export function personOf(row: TableRow): ReferencePerson | null {
  const named = row.word('userprincipalname', 'upn', 'username', 'signinname')
  const concealed = named !== null && CONCEALED.test(named)
  const objectId = guid(
    row.word('id', 'objectid', 'userid', 'azureadobjectid', 'externaldirectoryobjectid'),
  )
  const upn = concealed ? named : (named ?? row.word('mail'))
  if (objectId === null && upn === null) return null
  const isReport = row.word('reportrefreshdate') !== null
  const name = row.word('displayname', 'name')
  const licences = licencesOf(row)
  return {
    subject: 'person',
    objectId,
    upn: upn?.toLowerCase() ?? null,
    name: concealed ? null : name,
    concealed,
    enabled: enabledOf(row),
    copilotLicence: isReport ? listedAsLicensed(row) : copilotLicenceOf(row, licences),
    licences: licences ?? [],
    department: row.word('department'),
    lastActivity: dayOf(row.word('lastactivitydate')),
    ...planFacts(row),
  }
}

/** The first version of the report lists nobody but people with a licence; the second also those who only chat. */
function listedAsLicensed(row: TableRow): Flag {
  return row.names.some((name) => name.includes('prompt')) ? null : true
}

function enabledOf(row: TableRow): Flag {
  const enabled = flag(row.word('accountenabled', 'enabled'))
  if (enabled !== null) return enabled
  const blocked = flag(row.word('blockcredential', 'blocksignin'))
  return blocked === null ? null : !blocked
}

/** Null where the file has no column of licences: then nothing is known about them. */
function licencesOf(row: TableRow): readonly string[] | null {
  const list = row.value('assignedlicenses') ?? row.value('licenses') ?? row.value('licences')
  if (list === null || list === undefined) return null
  if (typeof list === 'string') {
    // PowerShell writes the type of a list into a CSV, not the list.
    if (/^System\.|^Microsoft\./.test(list)) return null
    return list
      .split(/[+;,|]/)
      .map((one) => one.trim())
      .filter((one) => one !== '' && !/^unlicensed$/i.test(one))
  }
  const licences: string[] = []
  for (const licence of listOf(list)) {
    const name = isFields(licence)
      ? (word(licence['skuPartNumber']) ??
        word(licence['SkuPartNumber']) ??
        word(licence['skuId']) ??
        word(licence['SkuId']) ??
        word(licence['AccountSkuId']))
      : word(licence)
    if (name !== null) licences.push(name)
  }
  return licences
}

function copilotLicenceOf(row: TableRow, licences: readonly string[] | null): Flag {
  const plans = row.value('assignedplans')
  let known = licences !== null
  if (Array.isArray(plans)) {
    known = true
    for (const plan of plans) {
      if (!isFields(plan)) continue
      const id = word(plan['servicePlanId']) ?? word(plan['ServicePlanId'])
      const state = word(plan['capabilityStatus']) ?? word(plan['CapabilityStatus'])
      if (id?.toLowerCase() === COPILOT_PLAN && state?.toLowerCase() === 'enabled') return true
    }
  }
  if (licences?.some(isCopilotLicence) === true) return true
  return known ? false : null
}

/** `Microsoft_365_Copilot`, `Microsoft 365 Copilot`, `contoso:Microsoft_365_Copilot`; not Copilot Studio's licences. */
function isCopilotLicence(licence: string): boolean {
  const plain = licence.toLowerCase().replaceAll(/[_\s-]+/g, ' ')
  return (
    licence.toLowerCase() === COPILOT_SKU || /(?:microsoft|m) ?365 copilot(?! studio)/.test(plain)
  )
}

/** Exchange plans (interface reference h); a tenant may have others, then the address of a mailbox speaks. */
const EXCHANGE_PLANS = new Set([
  'efb87545-963c-4e0d-99df-69c6916d9eb0',
  '9aaf7827-d63c-4b61-89c3-182f06f82e5c',
  '4a82b400-a79f-41a4-b4e2-e94f5787b113',
])
/** States of a plan that still works but has been taken back. */
const ENDING = new Set(['warning', 'suspended'])

/** What the plans of a directory's answer tell besides; nothing where there are none. */
function planFacts(row: TableRow): Partial<ReferencePerson> {
  const location = row.word('preferreddatalocation')
  const plans = row.value('assignedplans')
  if (!Array.isArray(plans)) return location === null ? {} : { dataLocation: location }
  let [mailbox, ending] = [false, false]
  for (const plan of plans) {
    if (!isFields(plan)) continue
    const id = (word(plan['servicePlanId']) ?? '').toLowerCase()
    const state = (word(plan['capabilityStatus']) ?? '').toLowerCase()
    const isExchange = EXCHANGE_PLANS.has(id) || word(plan['service'])?.toLowerCase() === 'exchange'
    if (isExchange && (state === 'enabled' || ENDING.has(state))) mailbox = true
    if (id === COPILOT_PLAN && ENDING.has(state)) ending = true
  }
  return {
    mailbox,
    ...(location === null ? {} : { dataLocation: location }),
    ...(ending ? { licenceEnding: true } : {}),
  }
}

function dayOf(served: string | null): string | null {
  return served !== null && /^\d{4}-\d\d-\d\d/.test(served) ? served.slice(0, 10) : null
}
