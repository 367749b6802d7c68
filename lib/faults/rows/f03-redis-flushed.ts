import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, exactly, type Fault } from '#lib/faults/fault.ts'
import { acceptedAfter, comeToRest, invariants } from '#lib/faults/invariants.ts'
import { quick, steadyLoad } from '#lib/faults/load.ts'
import { until } from '#lib/faults/world.ts'
import { changeKeyStatus } from '#lib/keys/change-key-status.ts'
import { startLoad, type CallResult } from '#lib/testing/load.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

export const redisFlushed: Fault = {
  id: 'F3',
  fault: 'FLUSHALL under load, again and again, with a budget that is nearly used up and a key that was revoked',
  promise: 'no event lost, no budget forgotten, no revoked key accepted',
  withinMs: 120_000,
  async run(start, scale) {
    const world = await start({ gateways: 2, workers: 1 })
    const urls = world.gateways.map(({ url }) => url)
    const [key, revoked, capped] = [
      await world.newKey(),
      await world.newKey(),
      await world.newKey({ budget: { amountNanos: 3_000_000n } }),
    ]
    const loads = [steadyLoad(world.gateways, key, 8)]
    const ofRevoked = startLoad(urls, revoked.text, 2, quick, 40)
    const ofCapped = startLoad(urls, capped.text, 2, (n) => ({ ...quick(n), maxTokens: 10 }), 40)
    loads.push(ofRevoked, ofCapped)
    await until('calls are served', () => loads.every(({ results }) => results.length > 20))
    await changeKeyStatus(world.context, bootstrap, { id: revoked.id, step: 'revoke', reason: 'fault matrix' })
    const revokedAtMs = Date.now()

    const flushes = scale === 'full' ? 10 : 3
    // Now and then the next one comes while gateways still tell what they know.
    for (let n = 0; n < flushes; n++) {
      await sleep(n % 3 === 2 ? 30 : 1_300 + Math.random() * 700)
      await world.redis.flushall()
    }
    const lastFlushMs = Date.now()
    await sleep(2_000)
    await Promise.all(loads.map((load) => load.stop()))
    const results = loads.flatMap((load) => load.results)
    await comeToRest(world)
    return [
      atLeast('flushes', flushes, 1),
      atLeast('served', results.filter(({ status }) => status === 200).length, 50),
      atLeast('of these after the last flush', loads[0]!.results.filter(servedAfter(lastFlushMs)).length, 20),
      exactly('of a revoked key accepted', acceptedAfter(ofRevoked.results, revokedAtMs, 1_000), 0),
      ...(await invariants(world, results)),
    ]
  },
}

const servedAfter =
  (timeMs: number) =>
  ({ status, sentAtMs }: CallResult): boolean =>
    status === 200 && sentAtMs > timeMs
