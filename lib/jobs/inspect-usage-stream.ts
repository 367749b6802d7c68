/** Warns when usage events wait: the worker cannot keep up, or PostgreSQL is away. */
import { inspectStream, type StreamState } from '#lib/ledger/usage-stream.ts'
import type { Context } from '#lib/platform/context.ts'

const lateMs = 30_000

export async function inspectUsageStream({ redis, clock, log }: Context): Promise<StreamState> {
  const state = await inspectStream(redis, clock.nowMs())
  if (state.oldestMs > lateMs) log.warn(state, 'usage events wait to be booked')
  else log.debug(state, 'usage stream')
  return state
}
