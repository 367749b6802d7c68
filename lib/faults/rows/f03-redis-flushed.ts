import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, exactly, type Fault } from '#lib/faults/fault.ts'
import { acceptedAfter, comeToRest, invariants } from '#lib/faults/invariants.ts'
import { quick, sentBetween, steadyLoad } from '#lib/faults/load.ts'
import { until } from '#lib/faults/world.ts'
import { changeKeyStatus } from '#lib/keys/change-key-status.ts'
import { startLoad, type CallWish } from '#lib/testing/load.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

export const redisFlushed: Fault = {
  id: 'F3',
  fault: 'FLUSHALL under load, again and again, with a budget that is being used up and a key that was revoked',
  promise: 'no event lost, no budget forgotten nor exceeded, no revoked key accepted',
  withinMs: 120_000,
  async run(start, scale) {
    const world = await start({ gateways: 2, workers: 1 })
    const urls = world.gateways.map(({ url }) => url)
    const [key, revoked, capped] = [
      await world.newKey(),
      await world.newKey(),
      await world.newKey({ budget: { amountNanos: scale === 'full' ? 1_200_000n : 400_000n } }),
    ]
    const loads = [steadyLoad(world.gateways, key, 8)]
    const ofRevoked = startLoad(urls, revoked.text, 2, quick, 40)
    const ofCapped = startLoad(urls, capped.text, 8, quickOrLong, 20)
    loads.push(ofRevoked, ofCapped)
    await until('calls are served', () => loads.every(({ results }) => results.length > 10))
    await changeKeyStatus(world.context, bootstrap, { id: revoked.id, step: 'revoke', reason: 'fault matrix' })
    const revokedAtMs = Date.now()

    const flushes = scale === 'full' ? 10 : 3
    // Now and then the next one comes while gateways still tell what they know.
    for (let n = 0; n < flushes; n++) {
      await sleep(n % 3 === 2 ? 30 : 1_000 + Math.random() * 1_000)
      await world.redis.flushall()
    }
    const flushedAtMs = Date.now()
    await sleep(3_000)
    await Promise.all(loads.map((load) => load.stop()))
    const results = loads.flatMap((load) => load.results)
    await comeToRest(world)
    const after = sentBetween(loads[0]!.results, flushedAtMs, Infinity)
    return [
      atLeast('flushes', flushes, 1),
      atLeast('served', results.filter(({ status }) => status === 200).length, 50),
      atLeast('of these after the last flush', after.filter(({ status }) => status === 200).length, 1),
      atLeast('refused by the budget', ofCapped.results.filter(({ status }) => status === 429).length, 1),
      exactly('of a revoked key accepted', acceptedAfter(ofRevoked.results, revokedAtMs, 1_000), 0),
      ...(await invariants(world, results)),
    ]
  },
}

/** Some streams outlast a flush, and hold what they may cost. */
function quickOrLong(n: number): CallWish {
  return n % 4 === 0
    ? { content: '@sim in=20 out=20 gap=100', stream: true, maxTokens: 20 }
    : { ...quick(n), maxTokens: 10 }
}
