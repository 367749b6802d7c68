/** Gives a key what was approved, and notes how to put it back. The caller has locked the key and raises its version. */
import type { AnyKey } from '#lib/keys/open-key.ts'
import { updateKey } from '#lib/keys/change-store.ts'
import { updateBudget } from '#lib/limits/budget-store.ts'
import { limitKinds, type ScopeLimits } from '#lib/limits/contract.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError } from '#lib/platform/errors.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'
import { profilePolicy } from '#lib/policy/contract.ts'
import type { Raise } from '#lib/requests/contract.ts'
import type { Effect } from '#lib/requests/rules/effects.ts'
import { overridesFor } from '#lib/requests/rules/judge-raise.ts'
import { findGranted } from '#lib/requests/store.ts'
import { takePlaceOf } from '#lib/requests/take-place.ts'

export type Applied = {
  readonly effects: readonly Effect[]
  /** What changed, for the audit log. */
  readonly before: Readonly<Record<string, unknown>>
  readonly after: Readonly<Record<string, unknown>>
}

/** `untilMs` null: for good, with nothing to put back. */
export async function applyRaise(
  tx: Tx,
  key: AnyKey,
  raise: Raise,
  untilMs: number | null,
  nowMs: number,
): Promise<Applied> {
  const facts = {
    policy: profilePolicy.parse(key.profile.policy),
    period: key.budget?.period ?? ('month' as const),
    createdAtMs: key.createdAt.getTime(),
  }
  const fresh = overridesFor(raise, facts).filter((field) => !key.overrides.includes(field))
  const before: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  const effects: Effect[] = []

  if (raise.budgetUsd !== undefined) {
    const { budget } = key
    if (!budget) throw new AppError('conflict', 'This key has no budget of its own that could be raised.')
    const amount = nanosOfUsd(raise.budgetUsd)
    await updateBudget(tx, budget.id, { amountNanos: amount })
    before.budgetUsd = usdOfNanos(BigInt(budget.amountNanos))
    after.budgetUsd = raise.budgetUsd
    effects.push({
      field: 'budget',
      scopeType: 'key',
      scopeId: key.id,
      budgetId: budget.id,
      period: budget.period,
      before: budget.amountNanos,
      after: amount.toString(),
      overrideAdded: fresh.includes('budget'),
    })
  }
  const limits: ScopeLimits = { ...key.limits }
  for (const kind of limitKinds) {
    const limit = raise.limits?.[kind]
    if (limit === undefined) continue
    before[kind] = limits[kind] ?? null
    after[kind] = limit
    effects.push({
      field: 'limit',
      keyId: key.id,
      kind,
      ...(limits[kind] === undefined ? {} : { before: limits[kind] }),
      after: limit,
      overrideAdded: fresh.includes(`limits.${kind}`),
    })
    limits[kind] = limit
  }
  const { models, providers } = await findGranted(tx, key.id)
  const added = (raise.models ?? []).filter((model) => !models.includes(model))
  for (const model of raise.models ?? []) effects.push({ field: 'model', keyId: key.id, model })
  if (raise.models) {
    before.grantedModels = models
    after.grantedModels = [...models, ...added]
  }
  const addedProviders = (raise.providers ?? []).filter((provider) => !providers.includes(provider))
  for (const provider of raise.providers ?? []) effects.push({ field: 'provider', keyId: key.id, provider })
  if (raise.providers) {
    before.grantedProviders = providers
    after.grantedProviders = [...providers, ...addedProviders]
  }
  if (raise.expiresAt !== undefined) {
    before.expiresAt = key.expiresAt?.toISOString() ?? null
    after.expiresAt = new Date(raise.expiresAt).toISOString()
  }
  const wakes = key.status === 'pending' || (key.status === 'expired' && raise.expiresAt !== undefined)
  if (wakes) {
    before.status = key.status
    after.status = 'active'
  }
  await updateKey(tx, key.id, {
    limits,
    grantedModels: [...models, ...added],
    grantedProviders: [...providers, ...addedProviders],
    overrides: [...key.overrides, ...fresh],
    ...(raise.expiresAt === undefined
      ? {}
      : { expiresAt: new Date(raise.expiresAt), endsByProfile: false, ownExpiresAt: null }),
    ...(wakes ? { status: 'active', statusReason: null, statusAt: new Date(nowMs) } : {}),
  })
  const settled = await takePlaceOf(tx, [key.id], effects, nowMs)
  return { effects: untilMs === null ? [] : settled, before, after }
}
