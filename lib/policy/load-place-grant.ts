/**
 * The grant that a key would have if it were made in some place now: for forms and lists that say what one may use before
 * there is a key. Compiled from the same facts as a key's own.
 */
import { nanosOfUsd } from '#lib/platform/money.ts'
import type { Db } from '#lib/platform/db.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { grantFacts } from '#lib/policy/load-grant.ts'
import { applyGuardrails } from '#lib/policy/rules/apply-guardrails.ts'
import { compileGrant, type GrantFacts } from '#lib/policy/rules/compile-grant.ts'
import { asIfAlive } from '#lib/policy/rules/replay-call.ts'
import { findGrantFactsOfPlaces, type PlaceOfKey } from '#lib/policy/store.ts'

/** By the ids that the places were given. Left out: places of profiles that there are not. */
export async function loadGrantsOfPlaces(
  db: Db,
  places: readonly PlaceOfKey[],
  nowMs: number,
): Promise<ReadonlyMap<string, Grant>> {
  if (places.length === 0) return new Map()
  const rows = (await findGrantFactsOfPlaces(db, places)).map((row) => grantFacts.parse(row))
  return new Map(rows.map((facts) => [facts.key.id, grantOfPlace(facts, nowMs)]))
}

/** With the profile's default budget. Its environment is chosen along with the key, so no rule judges it here. */
function grantOfPlace(facts: GrantFacts, nowMs: number): Grant {
  const { budget } = applyGuardrails(facts.profile.policy, {}, nowMs).terms
  const own = budget && {
    id: facts.key.id,
    type: 'key' as const,
    scopeId: facts.key.id,
    amountNanos: nanosOfUsd(budget.amountUsd).toString(),
    period: budget.period,
    posture: budget.posture,
    enforceAtPercent: 100,
    timeZone: facts.organisation.timeZone,
    perMember: false,
  }
  const grant = compileGrant({ ...facts, budgets: own ? [...facts.budgets, own] : facts.budgets })
  return { ...asIfAlive(grant), environments: [] }
}
