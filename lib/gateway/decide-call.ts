/**
 * Authorise and admit, over facts that are known to be in force. A call passes only through ADMIT, which compares
 * versions; a call that the cached grant refuses is checked for freshness first, so that a resumed key works on its very
 * next call too.
 */
import { decideDegraded, type DegradedPorts } from '#lib/gateway/decide-degraded.ts'
import type { CallPlan } from '#lib/gateway/plan-call.ts'
import { planQuestion, type Question } from '#lib/gateway/plan-question.ts'
import type { Grants, Identified } from '#lib/gateway/grants.ts'
import type { Lookout } from '#lib/gateway/lookout.ts'
import { limitRefusal, type Judged } from '#lib/gateway/limit-refusal.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import type { Slice } from '#lib/gateway/slices.ts'
import type { TestedRule } from '#lib/ledger/contract.ts'
import { admit } from '#lib/limits/admit.ts'
import type { SeedBudget } from '#lib/limits/seed.ts'
import type { SharedClock } from '#lib/platform/clock.ts'
import type { RedisClient } from '#lib/platform/redis.ts'
import { RedisAwayError } from '#lib/platform/redis-deadline.ts'
import type { Grant } from '#lib/policy/contract.ts'

export type Verdict =
  | {
      readonly kind: 'admitted'
      readonly grant: Grant
      readonly plan: CallPlan
      readonly judged: Judged
      /** Where the call was admitted without Redis. */
      readonly slice: Slice | null
    }
  | {
      readonly kind: 'refused'
      readonly grant: Grant
      readonly refusal: Refusal
      readonly rules: readonly TestedRule[]
      /** Where limits or budgets were reached; null where policy refused before. */
      readonly judged: Judged | null
      readonly plan: CallPlan | null
    }
  /** The key was deleted, or its secret ended, while the call was being judged. */
  | { readonly kind: 'unknown key' }

export type DecidePorts = Omit<DegradedPorts, 'grants'> & {
  readonly redis: RedisClient
  readonly grants: Grants
  readonly seedBudget: SeedBudget
  readonly lookout: Pick<Lookout, 'look'>
  /** Hears of every admission what time it was in Redis. */
  readonly learnTime: SharedClock['learn']
  readonly nowMs: () => number
}

// Each round ends in a verdict or repairs one thing: stale facts, an unknown budget period, a clock.
const rounds = 8

/** Throws when Redis or, on a cold path, PostgreSQL does not answer, and the key's profile does not say what then. */
export async function decideCall(ports: DecidePorts, identified: Identified, question: Question): Promise<Verdict> {
  try {
    return await decideWithRedis(ports, identified, question)
  } catch (error) {
    if (!(error instanceof RedisAwayError) || identified.grant.degradedMode === 'closed') throw error
    return decideDegraded(ports, identified, question, ports.nowMs())
  }
}

async function decideWithRedis(ports: DecidePorts, identified: Identified, question: Question): Promise<Verdict> {
  let current: Identified | null = identified
  let toldMs: number | null = null
  for (let round = 0; round < rounds; round++) {
    const { grant, digest } = current
    const catalog = await ports.grants.catalog()
    const nowMs = toldMs ?? ports.nowMs()
    const planned = planQuestion(question, grant, catalog, nowMs, ports.random())

    if (planned.kind === 'refused') {
      if (await ports.grants.inForce(grant, catalog)) {
        return { kind: 'refused', grant, refusal: planned.refusal, rules: planned.rules, judged: null, plan: null }
      }
      await ports.grants.refresh(digest)
    } else {
      const { plan } = planned
      const askedMs = performance.now()
      const reply = await admit(ports.redis, {
        callId: question.callId,
        rules: ports.grants.rules(grant, catalog, plan.model.name),
        bound: plan.bound,
        draft: question.draft(grant, plan),
        nowMs,
      })
      if ('redisNowMs' in reply) ports.learnTime(reply.redisNowMs, askedMs)
      if (reply.kind === 'admitted') {
        if (grant.degradedMode !== 'closed') ports.slices.saw(reply)
        return { kind: 'admitted', grant, plan, judged: reply, slice: null }
      }
      if (reply.kind === 'limit' || reply.kind === 'budget') {
        return { kind: 'refused', grant, refusal: limitRefusal(reply), rules: plan.rules, judged: reply, plan }
      }
      // What Redis does not know it may have lost, and then it is told first what runs and what was settled.
      if (reply.kind !== 'stale' && reply.kind !== 'clock') await ports.lookout.look()
      if (reply.kind === 'stale' || reply.kind === 'missing') await ports.grants.refresh(digest)
      // A window ends between us and Redis: then its word counts, not our idea of its time.
      if (reply.kind === 'clock') toldMs = reply.redisNowMs
      if (reply.kind === 'seed') {
        for (const { rule, window } of reply.budgets) await ports.seedBudget(rule, window)
      }
    }
    current = await ports.grants.identify(question.keyText)
    if (!current) return { kind: 'unknown key' }
  }
  throw new Error('facts changed faster than they could be read')
}
