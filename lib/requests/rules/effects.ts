/**
 * What an approval changed, so that it can be put back. A value that somebody has changed since is theirs: the end of a
 * grant leaves it alone, and it can't be beyond the profile unless an admin said so. Pure.
 */
import * as z from 'zod'
import { askedScopeTypes } from '#lib/requests/rules/asked-scopes.ts'
import { budgetPeriods } from '#lib/limits/contract.ts'

const scopeType = z.enum(['key', ...askedScopeTypes])

export const effect = z.discriminatedUnion('field', [
  z.object({
    field: z.literal('budget'),
    scopeType,
    scopeId: z.string(),
    budgetId: z.string(),
    period: z.enum(budgetPeriods),
    before: z.string(),
    after: z.string(),
    overrideAdded: z.boolean(),
  }),
  z.object({
    field: z.literal('limit'),
    keyId: z.string(),
    kind: z.string(),
    /** Undefined: the profile's default. */
    before: z.number().nullable().optional(),
    after: z.number(),
    overrideAdded: z.boolean(),
  }),
  z.object({
    field: z.literal('scope_limit'),
    scopeType: z.enum(askedScopeTypes),
    scopeId: z.string(),
    kind: z.string(),
    before: z.number().nullable(),
    after: z.number(),
  }),
  z.object({ field: z.literal('model'), keyId: z.string(), model: z.string() }),
  z.object({ field: z.literal('provider'), keyId: z.string(), provider: z.string() }),
])
export type Effect = z.infer<typeof effect>
export const effects = z.array(effect)

/** Whether two changes are of the same value. */
export function isSameField(one: Effect, other: Effect): boolean {
  if (one.field === 'budget') return other.field === 'budget' && one.budgetId === other.budgetId
  if (one.field === 'limit') return other.field === 'limit' && one.keyId === other.keyId && one.kind === other.kind
  if (one.field === 'scope_limit')
    return (
      other.field === 'scope_limit' &&
      one.scopeType === other.scopeType &&
      one.scopeId === other.scopeId &&
      one.kind === other.kind
    )
  if (one.field === 'model') return other.field === 'model' && one.keyId === other.keyId && one.model === other.model
  return other.field === 'provider' && one.keyId === other.keyId && one.provider === other.provider
}

/**
 * A new grant over one that is running takes its place, and ends where that one began: at the value that was there before
 * both. Where somebody changed the value in between, what they set is what it ends at.
 */
export function onTopOf(fresh: Effect, running: Effect): Effect {
  if (!('before' in running) || !('after' in running) || fresh.field !== running.field) return fresh
  if (!('before' in fresh) || fresh.before !== running.after) return fresh
  if (fresh.field === 'scope_limit' || running.field === 'scope_limit')
    return { ...fresh, before: running.before } as Effect
  return { ...fresh, before: running.before, overrideAdded: fresh.overrideAdded || running.overrideAdded } as Effect
}
