import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, atMost, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { sentBetween, statusesOf, steadyLoad, tookAt } from '#lib/faults/load.ts'

export const redisSlow: Fault = {
  id: 'F2',
  fault: 'Redis answers 200 ms later; the deadline is 50 ms',
  promise: 'calls do not wait for it: p99 grows by 60 ms at most',
  withinMs: 90_000,
  async run(start, scale) {
    const sliceMs = scale === 'full' ? 8_000 : 3_000
    const world = await start({ gateways: 2, workers: 1, env: { GATEHOUSE_REDIS_DEADLINE_MS: '50' } })
    const key = await world.newKey()
    const load = steadyLoad(world.gateways, key, 8)
    await sleep(2_000)
    const quietMs = Date.now()
    await sleep(sliceMs)
    const slowMs = Date.now()
    for (const gateway of world.gateways) gateway.redis.delay(100)
    await sleep(sliceMs)
    const endMs = Date.now()
    for (const gateway of world.gateways) gateway.redis.heal()
    await sleep(1_000)
    await load.stop()
    await comeToRest(world)
    const [before, during] = [sentBetween(load.results, quietMs, slowMs), sentBetween(load.results, slowMs, endMs)]
    return [
      atLeast('calls meanwhile', during.length, 20),
      atMost(`p99 added, ms (${statusesOf(during)})`, tookAt(during, 0.99) - tookAt(before, 0.99), 60),
      ...(await invariants(world, load.results)),
    ]
  },
}
