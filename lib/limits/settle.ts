/**
 * SETTLE: replaces a call's hold by its cost and puts the usage event into the stream, in one step, on every ending of a
 * call. It runs off the client's clock. What Redis cannot take now is kept, in order, within a bound, and tried again;
 * a gateway that dies meanwhile leaves the hold to the sweeper.
 */
import { units, type TokenVector } from '#lib/catalog/contract.ts'
import { usageEvent, type WrittenEvent } from '#lib/ledger/contract.ts'
import { linesBetween } from '#lib/ledger/rules/price-lines.ts'
import type { CallTokens } from '#lib/limits/rules/limit-kinds.ts'
import { takeTurn, type SettleMode } from '#lib/limits/turn.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

export type Settlement = {
  readonly event: WrittenEvent
  /** As token limits count them. */
  readonly tokens: CallTokens
  /** Budget periods of the call, needed only where Redis has lost the hold. */
  readonly budgetKeys: readonly string[]
  /** Where what it gives back is not scarce, it may reach Redis a moment later, in company. */
  readonly mayLinger?: boolean
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
  const difference = adjustmentOf(event, bookedEvent(answer.slice('SWEPT '.length)))
  const adjusted = await run(redis, settlement, 'adjust', difference)
  return adjusted === 'SETTLED' ? 'settled' : 'duplicate'
}

/**
 * Gives back a hold whose draft nobody here can read, as one of a newer gateway may be. What it carries goes into the
 * stream in place of an event, and from there to the dead letters, where people look.
 */
export async function setAside(redis: RedisClient, callId: string, draft: string): Promise<SettleOutcome> {
  const answer = await takeTurn(redis, {
    kind: 'settlement',
    values: [callId, 'sweep', '0', 0, 0, []],
    text: draft,
    mayLinger: false,
  })
  return answer === 'SETTLED' ? 'settled' : 'duplicate'
}

type Booked = Pick<WrittenEvent, 'tokens' | 'costNanos' | 'priceLines'>

/** What the sweeper has booked; nothing where it could only set the call aside. */
function bookedEvent(text: string): Booked {
  const read = usageEvent.safeParse(JSON.parse(text))
  return read.success ? read.data : {}
}

/**
 * The event that turns what was booked into what is true: signed differences of cost and tokens. Its id derives from the
 * call's, so it can be booked once only.
 */
export function adjustmentOf(truth: WrittenEvent, booked: Booked): WrittenEvent {
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
    priceLines: linesBetween(truth.priceLines ?? [], booked.priceLines ?? []),
  }
}

function run(
  redis: RedisClient,
  { event, tokens, budgetKeys, mayLinger = false }: Settlement,
  mode: SettleMode,
  entry: WrittenEvent,
): Promise<string> {
  return takeTurn(redis, {
    kind: 'settlement',
    values: [event.id, mode, event.costNanos ?? '0', tokens.input, tokens.output, budgetKeys],
    text: JSON.stringify(entry),
    mayLinger,
  })
}
