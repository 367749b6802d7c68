/** Removes what Redis knows of limits and budget periods that nobody needs any more: functions/upkeep.lua says which. */
import { callFunction } from '#lib/limits/functions.ts'
import { expiryIndex } from '#lib/limits/keys.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/** At a time: a function holds up everybody else. */
const batch = 500
/** Of one run; the next goes on. */
const batches = 200

/** Returns how many records were looked at. */
export async function forgetLimits(redis: RedisClient): Promise<number> {
  let seen = 0
  for (let n = 0; n < batches; n++) {
    const due = (await callFunction(redis, 'gatehouse_forget', [expiryIndex], [batch])) as number
    seen += due
    if (due < batch) break
  }
  return seen
}
