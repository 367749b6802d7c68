import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { openStreams, steadyLoad } from '#lib/faults/load.ts'
import { setRedisClock, skewOf, wrongClock } from '#lib/faults/wrong-clock.ts'
import { until } from '#lib/faults/world.ts'
import { readPeriod } from '#lib/limits/keys.ts'

/** The end of a Sunday of 23 hours in Berlin, where summer time began: a day and a week end. */
const endsAtMs = Date.parse('2027-03-28T22:00:00Z')
/** Longer than a world takes to start. */
const beforeMs = 25_000

/** Streams begin earlier than this; a call waits for its admission for a second at most. */
const admissionMs = 1_000

export const periodsEnd: Fault = {
  id: 'F21',
  fault: 'a day and a week end under load, on the day when summer time began',
  promise: 'each call counts in the period in which it was admitted; both periods together are the truth',
  withinMs: 120_000,
  async run(start) {
    const offMs = endsAtMs - beforeMs - Date.now()
    const world = await start({ gateways: 2, workers: 1, env: wrongClock(offMs) })
    await setRedisClock(world.redis, offMs)
    await until('every gateway goes by Redis’ time', async () =>
      (await Promise.all(world.gateways.map(skewOf))).every((seconds) => Math.abs(seconds) < 1),
    )
    const endsInMs = (): number => endsAtMs - offMs - Date.now()
    const key = await world.newKey({ budget: { amountNanos: 1_000_000_000_000n, period: 'day' } })
    await world.database.db.budget.updateMany({ where: { scopeId: key.id }, data: { timeZone: 'Europe/Berlin' } })
    const load = steadyLoad(world.gateways, key, 8)
    await sleep(Math.max(0, endsInMs() - 1_500))
    const streams = await openStreams(world.gateways[0]!.url, key, 20, { content: '@sim out=60 gap=50', stream: true })
    const begunBeforeEnd = endsInMs() > 0
    await sleep(Math.max(0, endsInMs()) + 4_000)
    await load.stop()
    const results = [...load.results, ...(await streams.ended)]
    await comeToRest(world)

    const { id } = await world.database.db.budget.findFirstOrThrow({ where: { scopeId: key.id }, select: { id: true } })
    const records = (await world.redis.keys(`{gh}:p:${id}:*`)).toSorted()
    const spent = await Promise.all(
      records.map(async (record) => Number(readPeriod(await world.redis.get(record))?.spentNanos)),
    )
    const { rows } = await world.database.sql.query<{ before: number; after: number; last: number }>(
      `SELECT coalesce(sum(cost_nanos) FILTER (WHERE at < $1), 0)::float8 AS before,
              coalesce(sum(cost_nanos) FILTER (WHERE at >= $1), 0)::float8 AS after,
              coalesce(sum(cost_nanos) FILTER (WHERE at < $1 AND at >= $3), 0)::float8 AS last
       FROM usage_event
       WHERE key_id = $2`,
      [new Date(endsAtMs), key.id, new Date(endsAtMs - admissionMs)],
    )
    const { before, after, last } = rows[0]!
    const [spentFirst = 0, spentSecond = 0] = spent
    const figures = await invariants(world, results)
    return [
      atLeast('served', results.filter(({ status }) => status === 200).length, 100),
      exactly('failed', results.filter(({ status }) => status !== 200).length, 0),
      exactly('streams over the end', begunBeforeEnd ? 20 : 0, 20),
      exactly('periods', records.length, 2),
      exactly('both beside the ledger, nano-USD', spentFirst + spentSecond - before - after, 0),
      // A call that arrives in the old day and is admitted in the new one counts in the new one.
      atMost('arrived before and admitted after, nano-USD', before - spentFirst, last),
      atMost('arrived after and admitted before', spentFirst - before, 0),
      // That figure compares one period with all events.
      ...figures.filter(({ what }) => !what.startsWith('Redis beside')),
    ]
  },
}
