// The directory: people with their licences and plans as they are now, and what the tenant has bought.
import type { GraphDesk } from './desk.ts'
import { readTop, sliceOf } from './paging.ts'
import type { Plan } from './plans.ts'
import { COPILOT_PLANS, COPILOT_SKU, EXCHANGE_PLAN, OFFICE_SKU } from './plans.ts'
import type { PersonNow } from './tenant-view.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { demandRole, GraphRefusal, jsonAnswer } from './wire.ts'

type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | { readonly [name: string]: Value }

const READ_USERS = ['User.Read.All', 'Directory.Read.All', 'User.ReadBasic.All'] as const
const HIRED = '2023-02-01T08:00:00Z'
const LICENSED_OFFICE = '2023-02-01T09:12:44Z'

/** What is served when nothing is selected. */
const USUAL = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
] as const

const PROPERTIES: Readonly<Record<string, (person: PersonNow) => Value>> = {
  businessPhones: () => [],
  displayName: (person) => person.displayName,
  givenName: (person) => person.displayName.split(' ')[0] ?? null,
  jobTitle: () => null,
  mail: (person) => (person.mailbox ? person.upn : null),
  mobilePhone: () => null,
  officeLocation: () => null,
  preferredLanguage: () => null,
  surname: (person) => person.displayName.split(' ').at(-1) ?? null,
  userPrincipalName: (person) => person.upn,
  id: (person) => person.id,
  accountEnabled: (person) => person.enabled,
  userType: () => 'Member',
  createdDateTime: () => HIRED,
  usageLocation: (person) => person.dataLocation?.slice(0, 2) ?? 'US',
  department: () => null,
  companyName: () => 'Contoso',
  country: () => null,
  preferredDataLocation: (person) => person.dataLocation,
  assignedLicenses: (person) => [
    { disabledPlans: person.mailbox ? [] : [EXCHANGE_PLAN.id], skuId: OFFICE_SKU.skuId },
    ...(person.licensed ? [{ disabledPlans: [], skuId: COPILOT_SKU.skuId }] : []),
  ],
  assignedPlans,
}

// As the directory spells them; a selection may be written in any case.
const SPELLING = new Map(Object.keys(PROPERTIES).map((name) => [name.toLowerCase(), name]))

export function serveUsers(desk: GraphDesk, request: GraphRequest): GraphAnswer {
  demandRole(request, ...READ_USERS)
  if (request.query.has('$filter') || request.query.has('$search'))
    throw new GraphRefusal(
      400,
      'Request_UnsupportedQuery',
      'Unsupported or invalid query filter clause specified.',
    )
  const top = readTop(request, 100, 999)
  const names = selected(request)
  const size =
    top > 1 && desk.strikes('small-pages', `users ${request.query.get('$skiptoken')}`)
      ? Math.ceil(top / 2)
      : top
  const { entries, next } = sliceOf(request, desk.view.people(), size)
  desk.served('graph users', entries.length)
  return jsonAnswer(200, {
    '@odata.context': `${request.root}/$metadata#users${context(request)}`,
    ...(next === null ? {} : { '@odata.nextLink': next }),
    value: entries.map((person) => shown(person, names)),
  })
}

export function serveUser(desk: GraphDesk, request: GraphRequest, key: string): GraphAnswer {
  demandRole(request, ...READ_USERS)
  const person = findPerson(desk, key)
  const head = { '@odata.context': `${request.root}/$metadata#users${context(request)}/$entity` }
  return jsonAnswer(200, { ...head, ...shown(person, selected(request)) })
}

export function serveLicenceDetails(
  desk: GraphDesk,
  request: GraphRequest,
  key: string,
): GraphAnswer {
  demandRole(request, ...READ_USERS, 'LicenseAssignment.Read.All')
  const person = findPerson(desk, key)
  const skus = [OFFICE_SKU, ...(person.licensed ? [COPILOT_SKU] : [])]
  const value = skus.map((sku) => ({
    id: `${person.id.slice(0, 8)}${sku.skuId.slice(8)}`,
    skuId: sku.skuId,
    skuPartNumber: sku.skuPartNumber,
    servicePlans: sku.plans.map((plan) => ({
      servicePlanId: plan.id,
      servicePlanName: plan.name,
      provisioningStatus: plan === EXCHANGE_PLAN && !person.mailbox ? 'Disabled' : 'Success',
      appliesTo: 'User',
    })),
  }))
  return jsonAnswer(200, { '@odata.context': `${request.root}/$metadata#licenseDetails`, value })
}

export function serveSubscribedSkus(desk: GraphDesk, request: GraphRequest): GraphAnswer {
  demandRole(request, 'LicenseAssignment.Read.All', 'Organization.Read.All', 'Directory.Read.All')
  const people = desk.view.people()
  const licensed = people.filter((person) => person.licensed).length
  const value = [OFFICE_SKU, COPILOT_SKU].map((sku) => {
    const consumedUnits = sku === COPILOT_SKU ? licensed : people.length
    return {
      id: `${desk.view.tenantId}_${sku.skuId}`,
      accountId: desk.view.tenantId,
      accountName: 'contoso',
      appliesTo: 'User',
      capabilityStatus: 'Enabled',
      consumedUnits,
      prepaidUnits: { enabled: consumedUnits + 10, suspended: 0, warning: 0, lockedOut: 0 },
      skuId: sku.skuId,
      skuPartNumber: sku.skuPartNumber,
      servicePlans: sku.plans.map(({ id, name }) => ({
        servicePlanId: id,
        servicePlanName: name,
        provisioningStatus: 'Success',
        appliesTo: 'User',
      })),
    }
  })
  return jsonAnswer(200, { '@odata.context': `${request.root}/$metadata#subscribedSkus`, value })
}

export function findPerson(desk: GraphDesk, key: string): PersonNow {
  const person = desk.view.person(key)
  if (person !== null) return person
  throw new GraphRefusal(
    404,
    'Request_ResourceNotFound',
    `Resource '${key.slice(0, 100)}' does not exist or one of its queried reference-property objects are not present.`,
  )
}

function assignedPlans(person: PersonNow): Value {
  const office = OFFICE_SKU.plans.map((plan) =>
    entry(plan, LICENSED_OFFICE, plan === EXCHANGE_PLAN && !person.mailbox ? 'Deleted' : 'Enabled'),
  )
  if (!person.everLicensed) return office
  // Before a licence goes it is in its grace period, and everything is still served.
  const status = person.licensed ? (person.licenceEnding ? 'Warning' : 'Enabled') : 'Deleted'
  return [...office, ...COPILOT_PLANS.map((plan) => entry(plan, person.licenceChangedAt, status))]
}

function entry(plan: Plan, assignedDateTime: string, capabilityStatus: string): Value {
  return { assignedDateTime, capabilityStatus, service: plan.service, servicePlanId: plan.id }
}

function shown(person: PersonNow, names: readonly string[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(names.map((name) => [name, PROPERTIES[name]?.(person) ?? null]))
}

/** The id comes unasked, as Graph does it only without a selection. */
function selected(request: GraphRequest): readonly string[] {
  const given = request.query.get('$select')
  if (given === null) return [...USUAL, 'id']
  return given.split(',').map((part) => {
    const name = SPELLING.get(part.trim().toLowerCase())
    if (name !== undefined) return name
    const message = `Parsing OData Select and Expand failed: Could not find a property named '${part.trim().slice(0, 60)}' on type 'microsoft.graph.user'.`
    throw new GraphRefusal(400, 'BadRequest', message)
  })
}

function context(request: GraphRequest): string {
  const given = request.query.get('$select')
  return given === null ? '' : `(${given})`
}
