import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { steadyLoad } from '#lib/faults/load.ts'
import type { Linked } from '#lib/faults/world.ts'
import { ledgerGroup, usageStream } from '#lib/ledger/contract.ts'
import { until } from '#lib/faults/world.ts'

/**
 * A worker commits, then tells Redis. One that cannot hear Redis dies between the two; one that cannot hear PostgreSQL
 * dies before it commits, or without knowing that it has; the third dies wherever it is.
 */
const deaths: readonly ((worker: Linked) => unknown)[] = [
  (worker) => worker.redis.silence(),
  (worker) => worker.postgres.silence(),
  () => {},
]

export const workerKilled: Fault = {
  id: 'F8',
  fault: 'workers are killed in the midst of batches, 100 times: before they commit, before they acknowledge, anywhere',
  promise: 'what comes again is found to be there: nothing lost, nothing twice',
  withinMs: 300_000,
  async run(start, scale) {
    const kills = scale === 'full' ? 100 : 6
    const world = await start({ gateways: 1, workers: 3 })
    const key = await world.newKey()
    const load = steadyLoad(world.gateways, key, 12, 20)
    const living = [...world.workers]
    let inHand = 0
    for (let n = 0; n < kills; n++) {
      const victim = living.shift()!
      deaths[n % deaths.length]!(victim)
      await sleep(100 + ((n * 37) % 400))
      inHand += (await pending(world.redis)) > 0 ? 1 : 0
      await victim.kill()
      living.push(await world.startWorker())
    }
    await load.stop()
    await until('the stream is empty', async () => (await world.redis.xlen(usageStream)) === 0, 60_000)
    await comeToRest(world)
    return [
      exactly('workers killed', kills, kills),
      atLeast('with events in hand', inHand, kills / 4),
      atLeast('calls', load.results.length, kills * 5),
      ...(await invariants(world, load.results)),
    ]
  },
}

async function pending(redis: { xpending(key: string, group: string): Promise<unknown[]> }): Promise<number> {
  const [count] = await redis.xpending(usageStream, ledgerGroup).catch(() => [0])
  return Number(count)
}
