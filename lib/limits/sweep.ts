/**
 * SWEEP: calls whose gateway died are settled from what their hold carries: the prompt's estimate and the output seen up
 * to the last renewal. Marked `estimated`. Should the gateway come back, its own settlement books the difference.
 */
import { priceCall } from '#lib/catalog/rules/price-call.ts'
import { holdDraft, type HoldDraft, type UsageEvent } from '#lib/ledger/contract.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { openHolds } from '#lib/limits/keys.ts'
import { setAside, settle, type SettleOutcome } from '#lib/limits/settle.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

type Abandoned = { readonly callId: string; readonly draft: string; readonly outputSeen: number }

/** At a time; a whole gateway may have died. */
const batch = 200

/** Settles every abandoned call; returns how many. Any number of sweepers may run at once. */
export async function sweepHolds(redis: RedisClient, nowMs: number): Promise<number> {
  for (let swept = 0; ;) {
    const abandoned = await readAbandoned(redis)
    const outcomes = await Promise.all(abandoned.map((call) => settleAbandoned(redis, call, nowMs)))
    const settled = outcomes.filter((outcome) => outcome === 'settled').length
    swept += settled
    if (abandoned.length < batch || settled === 0) return swept
  }
}

async function readAbandoned(redis: RedisClient): Promise<Abandoned[]> {
  const flat = (await callFunction(redis, 'gatehouse_expired', [openHolds], [batch])) as string[]
  const found: Abandoned[] = []
  for (let i = 0; i + 2 < flat.length; i += 3) {
    found.push({ callId: flat[i]!, draft: flat[i + 1]!, outputSeen: Number(flat[i + 2]) })
  }
  return found
}

async function settleAbandoned(redis: RedisClient, call: Abandoned, nowMs: number): Promise<SettleOutcome> {
  const draft = readDraft(call.draft)
  if (!draft) return setAside(redis, call.callId, call.draft)
  const event = interruptedEvent(draft, call.outputSeen, nowMs)
  const tokens = { input: event.tokens.input ?? 0, output: event.tokens.output ?? 0 }
  return settle(redis, { event, tokens, budgetKeys: [] }, 'sweep')
}

function readDraft(text: string): HoldDraft | null {
  const draft = holdDraft.safeParse(JSON.parse(text))
  return draft.success ? draft.data : null
}

/** The usage event of a call that nobody finished. */
export function interruptedEvent(
  { event, prices, promptTokensEstimate, likely }: HoldDraft,
  outputSeen: number,
  nowMs: number,
): UsageEvent {
  const tokens = likely ?? { input: promptTokensEstimate, ...(outputSeen > 0 ? { output: outputSeen } : {}) }
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
