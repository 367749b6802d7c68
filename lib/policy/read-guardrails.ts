/** What a new key may have on a profile, for the form that asks. People see their own profile's; administrators any. */
import { readCatalogNames } from '#lib/catalog/read-names.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { countLiveKeys } from '#lib/keys/change-store.ts'
import { budgetPeriods, type BudgetPeriod } from '#lib/limits/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import { notFound } from '#lib/platform/errors.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { profilePolicy, type GuardrailsView, type ProfilePolicy } from '#lib/policy/contract.ts'
import { findDefaultProfileId, findProfileById } from '#lib/policy/profile-store.ts'
import { loosestPosture, maximumNanosFor } from '#lib/policy/rules/budget-guardrail.ts'
import { isAllowed } from '#lib/policy/rules/patterns.ts'

/** `mine` is the profile that the reader is on. */
export async function readGuardrails({ db, clock }: Context, actor: Actor, asked: string): Promise<GuardrailsView> {
  const nowMs = clock.nowMs()
  const own = actor.profileId ?? (await findDefaultProfileId(db))
  const id = asked === 'mine' ? own : asked
  const allowed = may(actor, 'profile.read') || (may(actor, 'profile.use') && id === own)
  const row = allowed && id !== null ? await findProfileById(db, id, nowMs) : null
  if (!row) throw notFound('access profile')
  const policy = profilePolicy.parse(row.policy)
  const [{ models, providers, regions }, live] = await Promise.all([
    readCatalogNames(db),
    actor.kind === 'user' ? countLiveKeys(db, actor.id, nowMs) : null,
  ])
  const judged = (names: readonly string[], lists: ProfilePolicy['providers']) =>
    names.map((name) => ({ name, allowed: isAllowed(name, lists) }))
  return {
    profile: { id: row.id, name: row.name },
    kinds: policy.kinds,
    limits: policy.limits,
    budget: { default: policy.budget.default, maximumUsd: maxima(policy), loosestPosture: loosestPosture(policy) },
    lifetimeDays: policy.lifetimeDays,
    keysPerPerson: policy.keysPerPerson,
    keysLeft: live === null ? null : Math.max(0, policy.keysPerPerson - live),
    models: models.map((model) => ({ ...model, allowed: isAllowed(model.name, policy.models) })),
    providers: judged(providers, policy.providers),
    regions: judged(regions, policy.regions),
    mayOverride: may(actor, 'key.override'),
  }
}

function maxima(policy: ProfilePolicy): Record<BudgetPeriod, string | null> {
  const maximumFor = (period: BudgetPeriod) => {
    const nanos = maximumNanosFor(period, policy)
    return nanos === null ? null : usdOfNanos(nanos)
  }
  return Object.fromEntries(budgetPeriods.map((period) => [period, maximumFor(period)])) as Record<
    BudgetPeriod,
    string | null
  >
}
