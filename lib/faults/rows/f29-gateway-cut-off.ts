import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { balancedLoad, isReady } from '#lib/faults/load.ts'
import { until } from '#lib/faults/world.ts'

export const gatewayCutOff: Fault = {
  id: 'F29',
  fault: 'one of two gateways is cut off from Redis for 20 s, behind a load balancer',
  promise: 'it is not ready within 5 s; fewer than 0.1 % of calls fail',
  withinMs: 90_000,
  async run(start, scale) {
    const world = await start({ gateways: 2, workers: 1 })
    const key = await world.newKey()
    const load = balancedLoad(() => world.gateways, key, 8)
    await sleep(1_500)
    const cutOff = world.gateways[0]!
    cutOff.redis.silence()
    const unreadyMs = await until('it is not ready', async () => !(await isReady(cutOff.url)))
    await sleep(scale === 'full' ? 20_000 - unreadyMs : 3_000)
    cutOff.redis.heal()
    const readyMs = await until('it is ready again', () => isReady(cutOff.url))
    await sleep(1_000)
    await load.stop()
    await comeToRest(world)
    const failed = load.answers.filter(({ status, isWhole }) => status !== 200 || !isWhole)
    return [
      atMost('not ready after, ms', unreadyMs, 5_000),
      atMost('ready again after, ms', readyMs, 5_000),
      atLeast('calls', load.answers.length, 200),
      atMost('failed, %', (100 * failed.length) / load.answers.length, 0.1),
      exactly('calls passed over', load.results.length - load.answers.length > 0 ? 'some' : 'none', 'some'),
      ...(await invariants(world, load.results)),
    ]
  },
}
