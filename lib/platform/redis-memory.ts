import { Cluster } from 'ioredis'
import type { RedisClient } from '#lib/platform/redis.ts'

/**
 * How much of the memory that it may use Redis uses: of `maxmemory`, or of the machine's where none is set. The fullest
 * node of a cluster; 0 while Redis does not say.
 */
export async function readMemoryRatio(redis: RedisClient): Promise<number> {
  const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis]
  const ratios = await Promise.all(nodes.map(async (node) => ratioOf(await node.info('memory').catch(() => ''))))
  return Math.max(0, ...ratios)
}

/** `info`: what INFO memory says. */
export function ratioOf(info: string): number {
  const valueOf = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  const most = valueOf('maxmemory') || valueOf('total_system_memory')
  return most > 0 ? valueOf('used_memory') / most : 0
}
