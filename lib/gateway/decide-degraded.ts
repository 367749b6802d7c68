/**
 * The decision while Redis cannot be asked. A key whose profile is `closed` gets none: the call is refused with 503. One
 * that is `open-capped` is judged by what PostgreSQL says now, and let through within this process's slices.
 */
import type { Verdict } from '#lib/gateway/decide-call.ts'
import type { Grants, Identified } from '#lib/gateway/grants.ts'
import { planQuestion, type Question } from '#lib/gateway/plan-question.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import type { Slices } from '#lib/gateway/slices.ts'
import { ruleSetAt } from '#lib/limits/rule-set.ts'

export type DegradedPorts = {
  readonly grants: Pick<Grants, 'reread' | 'rules'>
  readonly slices: Slices
  /** Whether what a call costs can be kept until Redis is back. */
  readonly canKeep: () => boolean
  readonly random: () => number
}

/** The call is refused, and whatever an admission whose answer never came may have set aside is to be given back. */
export class NotLetThrough extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message)
    this.name = 'NotLetThrough'
  }
}

/** Throws NotLetThrough; something else when PostgreSQL does not answer either. */
export async function decideDegraded(
  ports: DegradedPorts,
  identified: Identified,
  question: Question,
  nowMs: number,
): Promise<Verdict> {
  const current = await ports.grants.reread(identified.digest)
  if (!current) return { kind: 'unknown key' }
  const { grant, catalog } = current
  const planned = planQuestion(question, grant, catalog, nowMs, ports.random())
  if (planned.kind === 'refused') throw new NotLetThrough(planned.refusal)
  if (grant.degradedMode === 'closed') throw new NotLetThrough(closed)
  if (!ports.canKeep()) throw new NotLetThrough(cannotKeep)

  const { plan } = planned
  const rules = ports.grants.rules(grant, catalog, plan.model.name)
  const set = ruleSetAt(rules, nowMs)
  const slice = ports.slices.take(rules, set, plan.bound, nowMs)
  if (!slice) throw new NotLetThrough(sliceUsed)
  question.draft(grant, plan)
  const { outputAllowed, heldNanos } = slice
  const judged = {
    kind: 'admitted',
    redisNowMs: nowMs,
    outputAllowed,
    heldNanos,
    held: { input: plan.bound.promptTokens, output: outputAllowed },
    limits: [],
    budgets: [],
    budgetKeys: set.budgetKeys,
    ruleSet: set,
  } as const
  return { kind: 'admitted', grant, plan, judged, slice }
}

const refusal = (why: string): Refusal => ({
  code: 'gateway_unavailable',
  message: `${why} Nothing was charged. Try again shortly.`,
  retryAfterSeconds: 2,
})

/** What a key that is closed is told. */
export const closed = refusal('Limits cannot be checked right now, so the call was not let through.')

const sliceUsed = refusal(
  'Limits cannot be checked right now, and what may be let through meanwhile is used up, so the call was not let through.',
)

const cannotKeep = refusal(
  'Limits cannot be checked right now, and what the call costs could not be kept, so it was not let through.',
)
