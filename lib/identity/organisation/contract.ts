/** The organisation, business units, cost centres, teams, projects and workloads on the management API. Browser-safe. */
import * as z from 'zod'
import { unpricedModels } from '#lib/catalog/contract.ts'

export const workloadKinds = ['app', 'agent', 'service', 'ci'] as const

/** Who or what else is meant, with the name that people know it by. */
export const named = z.object({ id: z.string(), name: z.string() })
const moment = z.iso.datetime()

const id = z.string().trim().min(1).max(64)
const name = z.string('Give it a name.').trim().min(1, 'Give it a name.').max(80, 'Use at most 80 characters.')
const environment = z
  .string()
  .trim()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Use lower case letters, digits and dashes, such as production.')

export const organisation = z.object({
  id: z.string(),
  name: z.string(),
  timeZone: z.string(),
  /** What happens to calls of models without a price: `refuse`, or `flag`: served and told as not priced. */
  unpricedModels: z.enum(unpricedModels),
})
export type OrganisationView = z.infer<typeof organisation>
export const updateOrganisationInput = z.strictObject({
  unpricedModels: z.enum(unpricedModels, 'Use refuse or flag.').optional(),
})

export const businessUnit = z.object({
  id: z.string(),
  name: z.string(),
  teams: z.int(),
  createdAt: moment,
  archivedAt: moment.nullable(),
})
export type BusinessUnitView = z.infer<typeof businessUnit>
export const createBusinessUnitInput = z.strictObject({ name })
export const updateBusinessUnitInput = z.strictObject({ name: name.optional(), archived: z.boolean().optional() })

export const costCentre = z.object({
  code: z.string(),
  name: z.string(),
  owner: named.nullable(),
  teams: z.int(),
  createdAt: moment,
  archivedAt: moment.nullable(),
})
export type CostCentreView = z.infer<typeof costCentre>
const code = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][\w.-]{0,39}$/, 'Use letters, digits, dots, dashes and underscores.')
export const createCostCentreInput = z.strictObject({ code, name, ownerUserId: id.nullable().optional() })
export const updateCostCentreInput = z.strictObject({
  name: name.optional(),
  ownerUserId: id.nullable().optional(),
  archived: z.boolean().optional(),
})

export const team = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  businessUnit: named.nullable(),
  costCentre: z.object({ code: z.string(), name: z.string() }).nullable(),
  members: z.int(),
  leads: z.array(named),
  createdAt: moment,
})
export type TeamView = z.infer<typeof team>
export const createTeamInput = z.strictObject({
  name,
  businessUnitId: id.nullable().optional(),
  costCentre: code.nullable().optional(),
})
export const updateTeamInput = z.strictObject({
  name: name.optional(),
  businessUnitId: id.nullable().optional(),
  costCentre: code.nullable().optional(),
})

export const project = z.object({
  id: z.string(),
  name: z.string(),
  team: named,
  environment: z.string(),
  status: z.string(),
  createdAt: moment,
})
export type ProjectView = z.infer<typeof project>
export const createProjectInput = z.strictObject({ name, teamId: id, environment: environment.default('development') })
export const updateProjectInput = z.strictObject({ name: name.optional(), environment: environment.optional() })

export const workload = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  team: named,
  project: named.nullable(),
  owner: named.nullable(),
  environment: z.string(),
  status: z.string(),
  createdAt: moment,
})
export type WorkloadView = z.infer<typeof workload>
export const createWorkloadInput = z.strictObject({
  name,
  kind: z.enum(workloadKinds),
  teamId: id,
  projectId: id.nullable().optional(),
  ownerUserId: id.nullable().optional(),
  environment: environment.default('development'),
})
export const updateWorkloadInput = z.strictObject({
  name: name.optional(),
  projectId: id.nullable().optional(),
  ownerUserId: id.nullable().optional(),
  environment: environment.optional(),
})
