/** Warns before Redis is full: then it takes nothing any more, and calls are refused. */
import type { Context } from '#lib/platform/context.ts'
import { readMemoryRatio } from '#lib/platform/redis-memory.ts'

const high = 0.8

export async function watchMemory({ redis, log }: Pick<Context, 'redis' | 'log'>): Promise<number> {
  const ratio = await readMemoryRatio(redis)
  if (ratio > high) log.warn({ ratio }, 'Redis is nearly out of memory: give it more, or see why usage events wait')
  return ratio
}
