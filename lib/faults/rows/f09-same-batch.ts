import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { steadyLoad } from '#lib/faults/load.ts'
import { ledgerGroup, usageStream } from '#lib/ledger/contract.ts'

export const sameBatch: Fault = {
  id: 'F9',
  fault: 'events are taken from the workers that are booking them and given to others (XCLAIM), over a slow PostgreSQL',
  promise: 'no deadlock; each event is booked once',
  withinMs: 120_000,
  async run(start, scale) {
    const world = await start({ gateways: 1, workers: 3 })
    for (const worker of world.workers) worker.postgres.delay(60)
    const key = await world.newKey()
    const load = steadyLoad(world.gateways, key, 8)
    const untilMs = Date.now() + (scale === 'full' ? 12_000 : 8_000)
    let forced = 0
    while (Date.now() < untilMs) {
      const pending = (await world.redis.xpending(usageStream, ledgerGroup, '-', '+', 500).catch(() => [])) as [
        id: string,
        consumer: string,
      ][]
      // As if their lease had run out: whoever looks next takes them over, while the first still has them in hand.
      for (const [id, consumer] of pending)
        await world.redis.call('XCLAIM', usageStream, ledgerGroup, consumer, 0, id, 'IDLE', 60_000, 'JUSTID')
      forced += pending.length
      await sleep(20)
    }
    await load.stop()
    for (const worker of world.workers) worker.postgres.heal()
    await comeToRest(world)
    const { rows } = await world.database.sql.query<{ deadlocks: number }>(
      'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
    )
    return [
      atLeast('forced to others', forced, 100),
      exactly('deadlocks', rows[0]?.deadlocks ?? -1, 0),
      ...(await invariants(world, load.results)),
    ]
  },
}
