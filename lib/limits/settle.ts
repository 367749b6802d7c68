/**
 * SETTLE: replaces a call's hold by its cost and puts the usage event into the stream, in one step, on every ending of a
 * call. It runs off the client's clock. What Redis cannot take now is kept, in order, within a bound, and tried again;
 * a gateway that dies meanwhile leaves the hold to the sweeper.
 */
import { units, type TokenVector } from '#lib/catalog/contract.ts'
import { usageEvent, usageStream, type WrittenEvent } from '#lib/ledger/contract.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { doneKey, holdKey, openHolds } from '#lib/limits/keys.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

export type Settlement = {
  readonly event: WrittenEvent
  /** Input and output tokens together, as token limits count them. */
  readonly tokens: number
  /** Budget periods of the call, needed only where Redis has lost the hold. */
  readonly budgetKeys: readonly string[]
}

export type SettleOutcome = 'settled' | 'lost' | 'duplicate'

/** One try. Throws when Redis does not answer; trying again is safe. */
export async function settle(
  redis: RedisClient,
  settlement: Settlement,
  mode: 'final' | 'sweep',
): Promise<SettleOutcome> {
  const { event } = settlement
  const answer = await run(redis, settlement, mode, event)
  if (!answer.startsWith('SWEPT ')) return answer === 'SETTLED' ? 'settled' : answer === 'LOST' ? 'lost' : 'duplicate'

  // The sweeper took this gateway for dead and booked an estimate. The truth goes in as the difference.
  const difference = adjustmentOf(event, usageEvent.parse(JSON.parse(answer.slice('SWEPT '.length))))
  const adjusted = await run(redis, settlement, 'adjust', difference)
  return adjusted === 'SETTLED' ? 'settled' : 'duplicate'
}

/**
 * The event that turns what was booked into what is true: signed differences of cost and tokens. Its id derives from the
 * call's, so it can be booked once only.
 */
export function adjustmentOf(truth: WrittenEvent, booked: WrittenEvent): WrittenEvent {
  const tokens: TokenVector = {}
  for (const unit of units) {
    const difference = (truth.tokens?.[unit] ?? 0) - (booked.tokens?.[unit] ?? 0)
    if (difference !== 0) tokens[unit] = difference
  }
  return {
    ...truth,
    id: `adj_${truth.id.slice('call_'.length)}`,
    kind: 'adjustment',
    adjusts: truth.id,
    tokens,
    costNanos: (BigInt(truth.costNanos ?? 0) - BigInt(booked.costNanos ?? 0)).toString(),
  }
}

async function run(
  redis: RedisClient,
  { event, tokens, budgetKeys }: Settlement,
  mode: 'final' | 'sweep' | 'adjust',
  entry: WrittenEvent,
): Promise<string> {
  const reply = await callFunction(
    redis,
    'gatehouse_settle',
    [openHolds, holdKey(event.id), doneKey(event.id), usageStream, ...budgetKeys],
    [event.id, mode, event.costNanos ?? '0', tokens, JSON.stringify(entry)],
  )
  return reply as string
}
