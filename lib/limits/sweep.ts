/**
 * SWEEP: calls whose gateway died are settled from what their hold carries: the prompt's estimate and the output seen up
 * to the last renewal. Marked `estimated`. Should the gateway come back, its own settlement books the difference.
 */
import { priceCall } from '#lib/catalog/rules/price-call.ts'
import { holdDraft, type HoldDraft, type UsageEvent } from '#lib/ledger/contract.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { holdPrefix, openHolds } from '#lib/limits/keys.ts'
import { settle } from '#lib/limits/settle.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/** Settles up to `most` abandoned calls; returns how many. Any number of sweepers may run at once. */
export async function sweepHolds(redis: RedisClient, nowMs: number, most: number = 200): Promise<number> {
  const flat = (await callFunction(redis, 'gatehouse_expired', [openHolds], [holdPrefix, most])) as string[]
  let swept = 0
  for (let i = 0; i + 2 < flat.length; i += 3) {
    const draft = holdDraft.parse(JSON.parse(flat[i + 1]!))
    const event = interruptedEvent(draft, Number(flat[i + 2]), nowMs)
    const tokens = (event.tokens.input ?? 0) + (event.tokens.output ?? 0)
    if ((await settle(redis, { event, tokens, budgetKeys: [] }, 'sweep')) === 'settled') swept += 1
  }
  return swept
}

/** The usage event of a call that nobody finished. */
export function interruptedEvent(
  { event, prices, promptTokensEstimate }: HoldDraft,
  outputSeen: number,
  nowMs: number,
): UsageEvent {
  const tokens = { input: promptTokensEstimate, ...(outputSeen > 0 ? { output: outputSeen } : {}) }
  const priced = prices ? priceCall(tokens, prices) : { lines: [], costNanos: 0n }
  return {
    ...event,
    outcome: 'interrupted',
    status: 502,
    errorCode: 'gateway_interrupted',
    tokens,
    priceLines: priced.lines,
    costNanos: priced.costNanos.toString(),
    estimated: true,
    estimatedWhy: 'the gateway stopped before the call ended',
    timing: { ...event.timing, totalMs: Math.max(0, nowMs - event.at) },
  }
}
