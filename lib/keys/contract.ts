/** Virtual keys: words, inputs. Browser-safe. */
import * as z from 'zod'
import { budgetInput, budgetPeriods, budgetPostures, scopeLimits, scopeLimitsInput } from '#lib/limits/contract.ts'
import { stops } from '#lib/quarantine/contract.ts'

export const keyKinds = ['personal', 'team', 'app', 'agent', 'service', 'ci'] as const
export type KeyKind = (typeof keyKinds)[number]

export const keyStatuses = ['pending', 'active', 'suspended', 'quarantined', 'revoked', 'expired'] as const
export type KeyStatus = (typeof keyStatuses)[number]

const id = z.string().trim().min(1).max(64)
const names = z.array(z.string().trim().min(1).max(120)).max(200)
const tags = z
  .record(z.string().trim().min(1).max(60), z.string().trim().max(120))
  .refine((record) => Object.keys(record).length <= 50, 'Use at most 50 tags.')
const expiresAt = z.iso.datetime({ offset: true, message: 'Use RFC 3339, such as 2027-01-31T00:00:00Z.' }).nullable()
const keyName = z.string().trim().min(1, 'Give the key a name.').max(80, 'Use at most 80 characters.')
const environment = z.string().trim().min(1).max(40)
const purpose = z.string().trim().max(500)
const dataClass = z.string().trim().max(40)

/** POST /api/v1/keys, as CONTRACT.md gives it. */
export const createKeyInput = z.strictObject({
  name: keyName,
  kind: z.enum(keyKinds),
  ownerId: id.optional(),
  teamId: id.optional(),
  projectId: id.optional(),
  workloadId: id.optional(),
  profileId: id.optional(),
  environment: environment.optional(),
  models: names.optional(),
  providers: names.optional(),
  regions: names.optional(),
  tools: names.optional(),
  limits: scopeLimitsInput.optional(),
  budget: budgetInput.nullable().optional(),
  expiresAt: expiresAt.optional(),
  purpose: purpose.optional(),
  dataClass: dataClass.optional(),
  tags: tags.optional(),
  startWithinLimits: z.boolean().optional(),
})
export type CreateKeyInput = z.infer<typeof createKeyInput>

/** PATCH /api/v1/keys/{id}: what is left out stays. Limits are changed one by one; `budget: null` removes the budget. */
export const patchKeyInput = z.strictObject({
  name: keyName.optional(),
  environment: environment.optional(),
  models: names.optional(),
  providers: names.optional(),
  regions: names.optional(),
  tools: names.optional(),
  limits: scopeLimitsInput.optional(),
  budget: budgetInput.nullable().optional(),
  expiresAt: expiresAt.optional(),
  purpose: purpose.nullable().optional(),
  dataClass: dataClass.nullable().optional(),
  tags: tags.optional(),
})
export type PatchKeyInput = z.infer<typeof patchKeyInput>

export const rotateKeyInput = z.strictObject({
  /** How long the old secret goes on working; 0 ends it at once. */
  graceSeconds: z
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(86_400),
})

export const keyActionInput = z.strictObject({ reason: z.string().trim().max(500).optional() })

/** Views of the list of keys, by what a person would look for. */
export const keyViews = ['all', 'mine', 'near_cap', 'ends_soon', 'unused', 'no_owner', 'waiting'] as const
export type KeyViewName = (typeof keyViews)[number]

const someIds = z.array(id).min(1).max(10_000)

/** Which keys POST /keys/revoke means: those that match every part that is given; at least one part is. */
export const keyFilter = z
  .strictObject({
    ids: someIds.optional(),
    status: z.array(z.enum(keyStatuses)).min(1).optional(),
    kind: z.array(z.enum(keyKinds)).min(1).optional(),
    owner: someIds.optional(),
    team: someIds.optional(),
    project: someIds.optional(),
    workload: someIds.optional(),
    profile: someIds.optional(),
    environment: z.array(environment).min(1).max(100).optional(),
    q: z.string().trim().min(1).max(200).optional(),
    /** Active keys that made no call for so many days. */
    idleDays: z.int().min(1).max(3650).optional(),
  })
  .refine(
    (filter) => Object.values(filter).some((part) => part !== undefined),
    'Say which keys: an empty filter would mean all of them.',
  )
export type KeyFilter = z.infer<typeof keyFilter>

export const revokeKeysInput = z.strictObject({
  filter: keyFilter,
  reason: z.string().trim().max(500).optional(),
  /** Says what would be revoked and does nothing. */
  dryRun: z.boolean().default(false),
})

const named = z.object({ id: z.string(), name: z.string() })
const time = z.string()

export const secretView = z.object({
  id: z.string(),
  last4: z.string(),
  createdAt: time,
  /** The end of its grace, after a rotation. */
  notAfter: time.nullable(),
  lastUsedAt: time.nullable(),
})

/** A key as people and scripts see it. Its text is not among it, and can't be. */
export const keyView = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(keyKinds),
  status: z.enum(keyStatuses),
  statusReason: z.string().nullable(),
  statusAt: time.nullable(),
  /** `sk-gh-…last4` of the newest secret. */
  display: z.string(),
  last4: z.string(),
  owner: named.nullable(),
  team: named,
  project: named.nullable(),
  workload: named.extend({ kind: z.string() }).nullable(),
  profile: named,
  costCentre: z.string().nullable(),
  environment: z.string(),
  models: z.array(z.string()),
  providers: z.array(z.string()),
  regions: z.array(z.string()),
  tools: z.array(z.string()),
  /** In force on the key itself, `models` beside the others; what is above it is in /keys/{id}/effective. Null: none. */
  limits: scopeLimits,
  budget: z
    .object({
      id: z.string(),
      amountUsd: z.string(),
      period: z.enum(budgetPeriods),
      posture: z.enum(budgetPostures),
      /** Booked in this period, and when it ends; null for `total`. */
      spentUsd: z.string(),
      resetsAt: time.nullable(),
    })
    .nullable(),
  /** Booked this calendar month. */
  spentThisMonthUsd: z.string(),
  purpose: z.string().nullable(),
  dataClass: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  overrides: z.array(z.string()),
  createdBy: z.string(),
  createdAt: time,
  expiresAt: time.nullable(),
  /** Whether the profile, which was tightened since, ends it before its own end. */
  endsByProfile: z.boolean(),
  lastUsedAt: time.nullable(),
  secrets: z.array(secretView),
  /** What the reader may do with it now. */
  actions: z.array(z.enum(['update', 'rotate', 'suspend', 'resume', 'revoke', 'quarantine', 'release'])),
})
export type KeyView = z.infer<typeof keyView>

/** What POST /keys/revoke did, or would do. */
export const revokedKeys = z.object({
  dryRun: z.boolean(),
  count: z.int(),
  /** The first 200, the latest used first. */
  keys: z.array(named.extend({ owner: named.nullable(), lastUsedAt: time.nullable() })),
  /** Who owns them, most keys first, at most 50; `owner` is null for keys that nobody owns. */
  owners: z.array(z.object({ owner: named.nullable(), keys: z.int() })),
  /** When any of them was last used; null: none ever was. */
  lastUsedAt: time.nullable(),
})
export type RevokedKeys = z.infer<typeof revokedKeys>

/** A key with what its quarantine stops, or would stop. */
export const quarantinedKey = keyView.extend({
  dryRun: z.boolean(),
  /** When it ends by itself; null: when somebody releases it. */
  until: time.nullable(),
  stops,
})
export type QuarantinedKey = z.infer<typeof quarantinedKey>

/** The one time that the text is told. */
export const mintedKey = keyView.extend({ key: z.string() })
export type MintedKey = z.infer<typeof mintedKey>
