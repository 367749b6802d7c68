/** Calls that are under way, told by the drafts that their holds carry. */
import type { WrittenEvent } from '#lib/ledger/contract.ts'
import { openHolds } from '#lib/limits/keys.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

const draftPrefix = '{gh}:draft:'
/** More than this run on no deployment that a person would count by hand: the answer is then at least so many. */
const most = 20_000
const batch = 500

/** How many running calls match, on every gateway; of the 20,000 with the nearest leases. Redis being down counts as 0. */
export async function countRunning(
  redis: RedisClient,
  nowMs: number,
  matches: (event: Partial<WrittenEvent>) => boolean,
): Promise<number> {
  let count = 0
  try {
    for (let from = 0; from < most; from += batch) {
      const ids = await redis.zrangebyscore(openHolds, nowMs, '+inf', 'LIMIT', from, batch)
      if (ids.length === 0) break
      const drafts = await redis.mget(ids.map((id) => draftPrefix + id))
      for (const text of drafts) {
        const { event } = text === null ? {} : (JSON.parse(text) as { event?: Partial<WrittenEvent> })
        if (event && matches(event)) count += 1
      }
      if (ids.length < batch) break
    }
  } catch {
    // A quarantine is never held up by what it only tells: what runs is not known while Redis is away.
    return 0
  }
  return count
}
