import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { openStreams, statusesOf, sentBetween, steadyLoad } from '#lib/faults/load.ts'
import { metricOf } from '#lib/faults/metric.ts'
import { until } from '#lib/faults/world.ts'

export const redisFull: Fault = {
  id: 'F5',
  fault: 'Redis is out of memory (maxmemory, noeviction) while streams run, and gets more after 10 s',
  promise: 'an alarm before; then as if Redis were down: 503; no event lost',
  withinMs: 90_000,
  async run(start, scale) {
    const world = await start({ gateways: 2, workers: 1 })
    const key = await world.newKey()
    const streams = await openStreams(world.gateways[0]!.url, key, 20, { content: '@sim out=40 gap=100', stream: true })
    const load = steadyLoad(world.gateways, key, 8)
    await until('calls are served', () => load.results.length > 50)
    // It fills up: first there is an eighth left.
    const used = Number(/used_memory:(\d+)/.exec(await world.redis.info('memory'))?.[1])
    await world.redis.call('CONFIG', 'SET', 'maxmemory', Math.round(used / 0.875))
    const isAlarm = async (): Promise<boolean> =>
      (await metricOf(world.gateways[0]!.url, 'gatehouse_redis_memory_ratio')) > 0.8
    const alarmMs = await until('the alarm is raised', isAlarm)
    const refusedBefore = load.results.filter(({ status }) => status === 503).length
    await world.redis.call('CONFIG', 'SET', 'maxmemory', '1mb')
    const fullAtMs = Date.now()
    await sleep(scale === 'full' ? 10_000 : 3_000)
    const endMs = Date.now()
    await world.redis.call('CONFIG', 'SET', 'maxmemory', '0')
    await sleep(2_500)
    await load.stop()
    const results = [...load.results, ...(await streams.ended)]
    await comeToRest(world)
    // What was under way as the fault came or went is no sign of it.
    const during = sentBetween(load.results, fullAtMs + 100, endMs - 500)
    const other = during.filter(({ status }) => status !== 503)
    return [
      atMost('alarm after, ms', alarmMs, 30_000),
      exactly('refused before the alarm', refusedBefore, 0),
      atLeast('calls meanwhile', during.length, 20),
      exactly('let through', other.length === 0 ? 'none' : statusesOf(other), 'none'),
      exactly(
        'served after',
        load.results.some(({ sentAtMs, status }) => sentAtMs > endMs && status === 200) ? 'yes' : 'no',
        'yes',
      ),
      ...(await invariants(world, results)),
    ]
  },
}
