import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { isReady, sentBetween, statusesOf, steadyLoad } from '#lib/faults/load.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import { until } from '#lib/faults/world.ts'

export const postgresDown: Fault = {
  id: 'F6',
  fault: 'PostgreSQL is stopped for 30 s (with --long for 10 min)',
  promise: 'calls of known keys go on, gateways stay ready; what piled up is booked within 2 min',
  withinMs: 900_000,
  async run(start, scale, isLong) {
    const world = await start({ gateways: 2, workers: 2 })
    const key = await world.newKey()
    const load = steadyLoad(world.gateways, key, 8)
    await until('calls are served', () => load.results.filter(({ status }) => status === 200).length > 50)
    const downAtMs = Date.now()
    await world.postgresServer.stop()
    await sleep(isLong ? 600_000 : scale === 'full' ? 30_000 : 5_000)
    const ready = await Promise.all(world.gateways.map(({ url }) => isReady(url)))
    const piledUp = await world.redis.xlen(usageStream)
    await world.postgresServer.start()
    const backAtMs = Date.now()
    await load.stop()
    await until('the stream is empty', async () => (await world.redis.xlen(usageStream)) === 0, 120_000)
    const drainedMs = Date.now() - backAtMs
    await comeToRest(world)
    const during = sentBetween(load.results, downAtMs, backAtMs)
    const failed = during.filter(({ status }) => status !== 200)
    return [
      atLeast('calls meanwhile', during.length, 50),
      exactly('of these failed', failed.length, 0),
      ...(failed.length > 0 ? [exactly('answers', statusesOf(failed), 'none')] : []),
      exactly('gateways ready meanwhile', ready.filter(Boolean).length, ready.length),
      atLeast('events that waited', piledUp, 50),
      atMost('booked after, ms', drainedMs, 120_000),
      ...(await invariants(world, load.results)),
    ]
  },
}
