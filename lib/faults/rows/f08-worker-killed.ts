import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { steadyLoad } from '#lib/faults/load.ts'
import { ledgerGroup, usageStream } from '#lib/ledger/contract.ts'
import { until, type Linked, type World } from '#lib/faults/world.ts'

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
    const kills = scale === 'full' ? 100 : 3
    const world = await start({ gateways: 1, workers: 3 })
    const key = await world.newKey()
    const load = steadyLoad(world.gateways, key, 12, 20)
    // The next ones start while one is being killed.
    const living = world.workers.map((worker) => Promise.resolve(worker))
    let inHand = 0
    for (let n = 0; n < kills; n++) {
      const victim = await living.shift()!
      const untilMs = Date.now() + 2_000
      while (!(await hasInHand(world, victim)) && Date.now() < untilMs) await sleep(2)
      deaths[n % deaths.length]!(victim)
      await sleep((n * 7) % 60)
      inHand += (await hasInHand(world, victim)) ? 1 : 0
      await victim.kill()
      living.push(world.startWorker())
    }
    await Promise.all(living)
    await load.stop()
    await until('the stream is empty', async () => (await world.redis.xlen(usageStream)) === 0, 60_000)
    await comeToRest(world)
    return [
      exactly('workers killed', kills, kills),
      atLeast('with events in hand', inHand, 1),
      atLeast('calls', load.results.length, kills * 5),
      ...(await invariants(world, load.results)),
    ]
  },
}

/** Whether the worker has taken events that it has not acknowledged. Consumers are named after their process. */
async function hasInHand({ redis }: World, { pid }: Linked): Promise<boolean> {
  const [, , , consumers] = (await redis.xpending(usageStream, ledgerGroup).catch(() => [])) as [
    count?: number,
    least?: string,
    greatest?: string,
    consumers?: [name: string, count: string][] | null,
  ]
  return (consumers ?? []).some(([name]) => name.includes(`:${pid}:`))
}
