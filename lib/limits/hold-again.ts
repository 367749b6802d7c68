/** HOLD AGAIN: gives back to calls that run what they held, where Redis lost it. */
import { callFunction } from '#lib/limits/functions.ts'
import { openHolds } from '#lib/limits/keys.ts'
import type { RuleSet } from '#lib/limits/rule-set.ts'
import type { CallTokens } from '#lib/limits/rules/limit-kinds.ts'
import { leaseMs } from '#lib/limits/turn.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/** What ADMIT wrote for a call. */
export type Hold = {
  readonly ruleSet: RuleSet
  readonly nanos: number
  readonly tokens: CallTokens
  /** JSON of lib/ledger/contract.ts' HoldDraft. */
  readonly draft: string
}

export type Holder = { readonly callId: string; readonly outputSeen: number; readonly hold: Hold }

/** Calls that nothing has ended, and whose holds are gone. */
export async function missingHolds(redis: RedisClient, callIds: readonly string[]): Promise<Set<string>> {
  return new Set((await callFunction(redis, 'gatehouse_missing', [openHolds], callIds)) as string[])
}

/** Returns how many hold again; whose hold is there, or whose call is over, is left alone. */
export async function holdAgain(redis: RedisClient, holders: readonly Holder[]): Promise<number> {
  const ruleSets = [...new Set(holders.map(({ hold }) => hold.ruleSet))]
  const calls = holders.map(({ callId, outputSeen, hold }) => {
    const { input, output } = hold.tokens
    return [ruleSets.indexOf(hold.ruleSet) + 1, callId, hold.nanos, input, output, Math.floor(outputSeen)]
  })
  const drafts = holders.map(({ hold }) => hold.draft)
  const args = [leaseMs, JSON.stringify(calls), ...drafts, ...ruleSets.map(({ text }) => text)]
  return (await callFunction(redis, 'gatehouse_hold_again', [openHolds], args)) as number
}
