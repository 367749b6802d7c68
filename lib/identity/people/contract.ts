/** People and oneself on the management API. Browser-safe. */
import * as z from 'zod'
import { role } from '#lib/identity/contract.ts'
import { named } from '#lib/identity/organisation/contract.ts'
import { stops } from '#lib/quarantine/contract.ts'

const moment = z.iso.datetime()
const membership = named.extend({ isLead: z.boolean() })

export const user = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  status: z.string(),
  roles: z.array(z.string()),
  profile: named.nullable(),
  primaryTeam: named.nullable(),
  teams: z.array(membership),
  createdAt: moment,
  lastSignInAt: moment.nullable(),
})
export type UserView = z.infer<typeof user>

/** Roles, teams and profile come from groups; only whether somebody may come in is set here. */
export const updateUserInput = z.strictObject({ status: z.enum(['active', 'disabled']) })

export const me = z.object({
  id: z.string(),
  kind: z.enum(['user', 'token', 'system']),
  name: z.string(),
  email: z.string().nullable(),
  roles: z.array(role),
  profile: named.nullable(),
  primaryTeam: named.nullable(),
  teams: z.array(membership),
  organisation: z.object({ name: z.string(), timeZone: z.string(), contactName: z.string(), contactMail: z.string() }),
  /** What this caller may do to something, if not to everything. */
  may: z.array(z.string()),
})
export type MeView = z.infer<typeof me>

export const quarantineEffect = z.object({
  id: z.string(),
  status: z.string(),
  dryRun: z.boolean(),
  /** Keys that stop, or work again, with this. */
  keys: z.int(),
  /** When it ends by itself; null: when somebody releases it. */
  until: moment.nullable(),
  stops,
})
export type QuarantineEffect = z.infer<typeof quarantineEffect>
