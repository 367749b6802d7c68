/** Group mappings and API tokens on the management API. Browser-safe. */
import * as z from 'zod'
import { role } from '#lib/identity/contract.ts'
import { named } from '#lib/identity/organisation/contract.ts'

const moment = z.iso.datetime()
const id = z.string().trim().min(1).max(64)
const priority = z.int('Enter a whole number.').min(0).max(1_000_000)

export const profileMapping = z.object({
  id: z.string(),
  group: z.string(),
  priority: z.int(),
  team: named.nullable(),
  profile: named.nullable(),
  roles: z.array(z.string()),
  isLead: z.boolean(),
  createdAt: moment,
})
export type ProfileMappingView = z.infer<typeof profileMapping>

export const createProfileMappingInput = z.strictObject({
  group: z
    .string('Name the group as the identity provider sends it.')
    .trim()
    .min(1, 'Name the group as the identity provider sends it.')
    .max(200),
  priority,
  teamId: id.nullable().optional(),
  profileId: id.nullable().optional(),
  roles: z.array(role).max(20).default([]),
  isLead: z.boolean().default(false),
})
export const updateProfileMappingInput = z.strictObject({
  priority: priority.optional(),
  teamId: id.nullable().optional(),
  profileId: id.nullable().optional(),
  roles: z.array(role).max(20).optional(),
  isLead: z.boolean().optional(),
})

export const apiToken = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  last4: z.string(),
  status: z.enum(['active', 'expired', 'revoked']),
  createdBy: z.string(),
  createdAt: moment,
  expiresAt: moment.nullable(),
  lastUsedAt: moment.nullable(),
  revokedAt: moment.nullable(),
})
export type ApiTokenView = z.infer<typeof apiToken>

/** The one answer that holds the token. */
export const newApiToken = apiToken.extend({ token: z.string() })

const name = z.string('Say what the token is for.').trim().min(1, 'Say what the token is for.').max(80)
export const createApiTokenInput = z.strictObject({
  name,
  roles: z.array(role).min(1, 'Choose at least one role.').max(20),
  /** Left out: a year. Null: never. */
  expiresAt: z.iso
    .datetime({ offset: true, message: 'Use RFC 3339, such as 2027-01-31T00:00:00Z.' })
    .nullable()
    .optional(),
})
export const updateApiTokenInput = z.strictObject({ name })
