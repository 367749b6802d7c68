/** How much of each limit is in use now, from the records that ADMIT keeps. */
import type { LimitRule } from '#lib/limits/contract.ts'
import { limitKey } from '#lib/limits/keys.ts'
import { limitUse, type LimitUse } from '#lib/limits/rules/limit-use.ts'
import { limitWindow, type Window } from '#lib/limits/windows.ts'
import type { Context } from '#lib/platform/context.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/** Null while Redis does not answer: what is set can be told without it. One round trip, whatever the number of limits. */
export async function readUses(
  { redis }: Pick<Context, 'redis'>,
  rules: readonly LimitRule[],
  timeZone: string,
): Promise<ReadonlyMap<LimitRule, LimitUse> | null> {
  if (rules.length === 0) return new Map()
  try {
    const nowMs = await redisNow(redis)
    const windows = rules.map(({ kind }) => limitWindow(kind, timeZone, nowMs))
    const recorded = await Promise.all(rules.map((rule, i) => recordOf(redis, rule, windows[i]!, nowMs)))
    return new Map(
      rules.map((rule, i) => [rule, limitUse(rule.kind, rule.limit, recorded[i]!, windows[i]!, nowMs)] as const),
    )
  } catch {
    return null
  }
}

export function recordOf(
  redis: RedisClient,
  rule: LimitRule,
  window: Window,
  nowMs: number,
): Promise<string | number | null> {
  const key = limitKey(rule, window)
  return rule.kind === 'concurrency' ? redis.zcount(key, `(${nowMs}`, '+inf') : redis.get(key)
}

/** Redis' own clock, epoch ms: the records are in its time. */
export async function redisNow(redis: RedisClient): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}
