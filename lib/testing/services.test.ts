import { Redis } from 'ioredis'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { freshDatabase, freshRedis, freshRedisProcess } from '#lib/testing/services.ts'

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(sql).finally(() => client.end())
  return rows
}

describe('a fresh database', () => {
  test('is migrated and shares nothing with another', async () => {
    const [one, other] = await Promise.all([freshDatabase(), freshDatabase()])
    await ask(one.url, `INSERT INTO organisation (id, name) VALUES ('org_1', 'One')`)
    expect(await ask(one.url, 'SELECT name FROM organisation')).toEqual([{ name: 'One' }])
    expect(await ask(other.url, 'SELECT name FROM organisation')).toEqual([])
    await Promise.all([one.drop(), other.drop()])
    await expect(ask(one.url, 'SELECT 1')).rejects.toThrow('does not exist')
  })
})

describe('a fresh Redis', () => {
  test('is empty and shares no key with another', async () => {
    const [one, other] = await Promise.all([freshRedis(), freshRedis()])
    const clients = [new Redis(one.url), new Redis(other.url)] as const
    await clients[0].set('name', 'one')
    expect(await clients[1].dbsize()).toBe(0)
    for (const client of clients) client.disconnect()
    await Promise.all([one.drop(), other.drop()])
  })

  test('evicts nothing, as queues need', async () => {
    const { url, drop } = await freshRedis()
    const client = new Redis(url)
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    client.disconnect()
    await drop()
  })
})

describe('a Redis process of its own', () => {
  test('comes back on the same address with its data after being killed', async () => {
    const server = await freshRedisProcess({ persist: true })
    const before = new Redis(server.url)
    await before.set('kept', 'yes')
    before.on('error', () => {})
    before.disconnect()
    await server.kill()
    await server.start()
    const after = new Redis(server.url)
    expect(await after.get('kept')).toBe('yes')
    after.disconnect()
    await server.drop()
  })
})
