/** Virtual keys: words, inputs. Browser-safe. */
import * as z from 'zod'
import { budgetInput, limitsInput } from '#lib/limits/contract.ts'

export const keyKinds = ['personal', 'team', 'app', 'agent', 'service', 'ci'] as const
export type KeyKind = (typeof keyKinds)[number]

export const keyStatuses = ['pending', 'active', 'suspended', 'quarantined', 'revoked', 'expired'] as const
export type KeyStatus = (typeof keyStatuses)[number]

const id = z.string().trim().min(1).max(64)
const names = z.array(z.string().trim().min(1).max(120)).max(200)

/** POST /api/v1/keys, as CONTRACT.md gives it. */
export const createKeyInput = z.strictObject({
  name: z.string().trim().min(1, 'Give the key a name.').max(80, 'Use at most 80 characters.'),
  kind: z.enum(keyKinds),
  ownerId: id.optional(),
  teamId: id.optional(),
  projectId: id.optional(),
  workloadId: id.optional(),
  profileId: id.optional(),
  environment: z.string().trim().min(1).max(40).optional(),
  models: names.optional(),
  providers: names.optional(),
  regions: names.optional(),
  tools: names.optional(),
  limits: limitsInput.optional(),
  budget: budgetInput.nullable().optional(),
  expiresAt: z.iso.datetime({ offset: true, message: 'Use RFC 3339, such as 2027-01-31T00:00:00Z.' }).nullable().optional(),
  purpose: z.string().trim().max(500).optional(),
  dataClass: z.string().trim().max(40).optional(),
  tags: z.record(z.string().trim().min(1).max(60), z.string().trim().max(120)).optional(),
  startWithinLimits: z.boolean().optional(),
})
export type CreateKeyInput = z.infer<typeof createKeyInput>

export const rotateKeyInput = z.strictObject({
  /** How long the old secret goes on working; 0 ends it at once. */
  graceSeconds: z.int().min(0).max(30 * 86_400).default(86_400),
})

export const keyActionInput = z.strictObject({ reason: z.string().trim().max(500).optional() })
