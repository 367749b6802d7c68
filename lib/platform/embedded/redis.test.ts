import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isRunning } from '#lib/platform/embedded/processes.ts'
import { startEmbeddedRedis } from '#lib/platform/embedded/redis.ts'

let dir: string
let stops: (() => Promise<unknown>)[]

beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-redis-'))
  stops = [() => fs.rm(dir, { recursive: true, force: true })]
})

afterEach(async () => {
  for (const stop of stops.toReversed()) await stop()
})

async function start() {
  const server = await startEmbeddedRedis({ dir })
  stops.push(() => server.stop())
  return server
}

async function ask<T>(url: string, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0 })
  client.on('error', () => {})
  return question(client).finally(() => client.disconnect())
}

describe('an embedded Redis', () => {
  test('has its data and its address again after a stop', async () => {
    const first = await start()
    await ask(first.url, (client) => client.set('kept', 'yes'))
    await first.stop()
    const second = await start()
    expect(second.url).toBe(first.url)
    expect(await ask(second.url, (client) => client.get('kept'))).toBe('yes')
  })

  test('answers nobody without its password', async () => {
    const { port } = await start()
    await expect(ask(`redis://127.0.0.1:${port}`, (client) => client.ping())).rejects.toThrow('NOAUTH')
  })

  test('takes over from a server that a killed start left on the same data', async () => {
    const orphan = await start()
    await ask(orphan.url, (client) => client.set('kept', 'yes'))
    const next = await start()
    expect(await isRunning(orphan.pid)).toBe(false)
    expect(await ask(next.url, (client) => client.get('kept'))).toBe('yes')
  })
})
