/** Loads the call path's Redis Functions and calls them. */
import fs from 'node:fs'
import path from 'node:path'
import { Cluster } from 'ioredis'
import { withinDeadline } from '#lib/platform/redis-deadline.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/** The files of one library, each resting on those before it. */
const parts = ['common', 'turn-state', 'holds', 'settle', 'admit', 'turn', 'leases', 'seed', 'loss', 'upkeep']

/** The library by which calls are judged, as one text. */
export function decisionLibrary(): string {
  const texts = parts.map((part) => fs.readFileSync(path.join('lib', 'limits', 'functions', `${part}.lua`), 'utf8'))
  return ['#!lua name=gatehouse\n', ...texts].join('\n')
}

/** Loads the libraries on every primary. Needs Redis 7 or newer. Idempotent. */
export async function loadFunctions(redis: RedisClient): Promise<void> {
  const texts = [decisionLibrary(), fs.readFileSync(path.join('lib', 'gateway', 'idempotency.lua'), 'utf8')]
  const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis]
  await Promise.all(nodes.flatMap((node) => texts.map((text) => node.call('FUNCTION', 'LOAD', 'REPLACE', text))))
}

/** True when Redis does not have the library: it was restarted without its data. */
export function isFunctionMissing(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Function not found')
}

/** FCALL; a Redis that lost the library gets it again, once. `isPatient`: no caller waits for the answer. */
export async function callFunction(
  redis: RedisClient,
  name: string,
  keys: readonly string[],
  args: readonly (string | number)[],
  isPatient: boolean = false,
): Promise<unknown> {
  const send = (): Promise<unknown> =>
    withinDeadline(redis, () => redis.fcall(name, keys.length, ...keys, ...args), isPatient)
  try {
    return await send()
  } catch (error) {
    if (!isFunctionMissing(error)) throw error
    await loadFunctions(redis)
    return await send()
  }
}
