/**
 * How many events a second two lanes of one worker carry from the stream into PostgreSQL, rollups and all. Prints the
 * figure, which is worth what the machine has to spare; holds the worker's own processor time. PostgreSQL runs without fsync here.
 */
import { expect, test } from 'vitest'
import { usageStream } from '#lib/ledger/contract.ts'
import { startDrain } from '#lib/ledger/drain-usage.ts'
import { findDrift } from '#lib/ledger/store.ts'
import { openRedis } from '#lib/platform/redis.ts'
import { openTestContext } from '#lib/testing/test-context.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const count = 40_000

test('the drain carries events by the thousand a second', async () => {
  const fixture = await openTestContext()
  const { context } = fixture
  for (let n = 0; n < count; n += 1_000) {
    const pipeline = context.redis.pipeline()
    for (let i = n; i < n + 1_000; i++) {
      const event = anEvent({ keyId: `key_${i % 200}`, userId: `user_${i % 50}`, model: `model_${i % 10}` })
      pipeline.xadd(usageStream, '*', 'e', JSON.stringify(event))
    }
    await pipeline.exec()
  }
  const clients = [0, 1, 2, 3].map(() => openRedis(context.config.redisUrl, 'patient'))
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  const lanes = [0, 1].map((lane) =>
    startDrain({
      ...context,
      redis: clients[lane]!,
      reader: clients[2 + lane]!,
      consumer: `lane-${lane}`,
      nowMs: Date.now,
    }),
  )
  const booked = () => lanes.reduce((sum, lane) => sum + lane.booked(), 0)
  while (booked() < count) await new Promise((resolve) => setTimeout(resolve, 5))
  const seconds = (performance.now() - startedMs) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const rate = Math.round(count / seconds)
  const micros = (user + system) / count
  process.stdout.write(`drain: ${rate} events a second; the worker used ${micros.toFixed(1)} µs an event\n`)
  await Promise.all(lanes.map((lane) => lane.stop()))
  for (const client of clients) client.disconnect()
  expect(await findDrift(context.sql, 'usage_hourly', new Date(0), new Date(Date.now() + 86_400_000))).toEqual([])
  expect(micros).toBeLessThan(150)
  await fixture.close()
}, 60_000)
