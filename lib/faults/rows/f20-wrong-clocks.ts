import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { steadyLoad } from '#lib/faults/load.ts'
import { skewOf, wrongClock } from '#lib/faults/wrong-clock.ts'

const hourMs = 3_600_000
/** Few enough to be reached on a busy machine. */
const rpm = 60

export const wrongClocks: Fault = {
  id: 'F20',
  fault:
    'the clocks of gateways are an hour ahead, an hour behind, and step by an hour under load; the worker’s is ahead',
  promise: 'limits and events go by Redis’ time, and the skew is told',
  withinMs: 90_000,
  async run(start, scale) {
    const world = await start({ gateways: 0, workers: 0 })
    await world.startWorker(wrongClock(hourMs))
    const gateways = await Promise.all([
      world.startGateway(wrongClock(hourMs)),
      world.startGateway(wrongClock(-hourMs)),
      world.startGateway(wrongClock(hourMs, 'at SIGUSR2')),
    ])
    const [key, limited] = [await world.newKey(), await world.newKey({ limits: { rpm } })]
    const startedMs = Date.now()
    const loads = [steadyLoad(gateways, key, 4), steadyLoad(gateways, limited, 8, 5)]
    await sleep(scale === 'full' ? 8_000 : 3_000)
    gateways[2]!.signal('SIGUSR2')
    await sleep(scale === 'full' ? 8_000 : 3_000)
    await Promise.all(loads.map((load) => load.stop()))
    const elapsedMs = Date.now() - startedMs
    await comeToRest(world)
    const passed = loads[1]!.results.filter(({ status }) => status === 200).length
    const periods = await Promise.all(
      (await world.database.db.budget.findMany({ select: { id: true }, take: 100 })).map(({ id }) =>
        world.redis.keys(`{gh}:p:${id}:*`),
      ),
    )
    const skews = await Promise.all(gateways.map(skewOf))
    const { rows } = await world.database.sql.query<{ mark: string; atMs: number }>(
      'SELECT user_agent AS mark, extract(epoch FROM at)::float8 * 1000 AS "atMs" FROM usage_event',
    )
    const sent = new Map(loads.flatMap((load) => load.results).map(({ mark, sentAtMs }) => [mark, sentAtMs]))
    const offMs = rows.map(({ mark, atMs }) => Math.abs(atMs - sent.get(mark)!))
    const { rows: dead } = await world.database.sql.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM dead_letter',
    )
    return [
      atLeast('let through by a limit', passed, rpm),
      atMost('of', passed, rpm + Math.ceil((elapsedMs / 60_000) * rpm) + 1),
      exactly('periods a budget', Math.max(...periods.map((records) => records.length)), 1),
      atMost('events off, s', Math.max(...offMs) / 1_000, 5),
      exactly('skews told, h', skews.map((seconds) => Math.round(seconds / 3_600)).join(' '), '1 -1 1'),
      exactly('set aside', dead[0]!.count, 0),
      ...(await invariants(
        world,
        loads.flatMap((load) => load.results),
      )),
    ]
  },
}
