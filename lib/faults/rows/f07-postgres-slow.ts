import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { sentBetween, steadyLoad, tookAt } from '#lib/faults/load.ts'
import type { World } from '#lib/faults/world.ts'
import type { CallResult } from '#lib/testing/load.ts'

export const postgresSlow: Fault = {
  id: 'F7',
  fault: 'PostgreSQL answers 5 s later, then the ledger is locked (LOCK TABLE); in turns with quiet slices',
  promise: 'calls do not notice: p99 changes by less than 5 %',
  withinMs: 180_000,
  async run(start, scale) {
    const rounds = scale === 'full' ? 5 : 2
    const sliceMs = scale === 'full' ? 3_000 : 1_500
    const world = await start({ gateways: 2, workers: 2 })
    const key = await world.newKey()
    const load = steadyLoad(world.gateways, key, 8)
    await sleep(2_000)
    const slices: Record<'quiet' | 'slow' | 'locked', CallResult[][]> = { quiet: [], slow: [], locked: [] }
    const measure = async (slice: keyof typeof slices): Promise<void> => {
      const fromMs = Date.now()
      await sleep(sliceMs)
      slices[slice].push(sentBetween(load.results, fromMs, Date.now()))
    }
    for (let round = 0; round < rounds; round++) {
      await measure('quiet')
      for (const { postgres } of [...world.gateways, ...world.workers]) postgres.delay(2_500)
      await measure('slow')
      for (const { postgres } of [...world.gateways, ...world.workers]) postgres.heal()
      await whileLocked(world, () => measure('locked'))
    }
    await load.stop()
    await comeToRest(world, 120_000)
    const p99s = (slice: keyof typeof slices): number[] =>
      slices[slice].map((results) => tookAt(results, 0.99)).toSorted((a, b) => a - b)
    // A median of slices: one that another program held up says nothing.
    const p99 = (slice: keyof typeof slices): number => p99s(slice)[Math.floor(rounds / 2)] ?? Number.NaN
    // Nor does a difference that quiet slices have among themselves.
    const most = Math.max(p99('quiet') * 1.05, p99s('quiet').at(-1) ?? 0)
    return [
      atLeast('calls', load.results.length, 200),
      exactly('failed', load.results.filter(({ status }) => status !== 200).length, 0),
      atLeast('p99 while quiet, ms', p99('quiet'), 0),
      atMost('p99 while slow, ms', p99('slow'), most),
      atMost('p99 while locked, ms', p99('locked'), most),
      ...(await invariants(world, load.results)),
    ]
  },
}

async function whileLocked(world: World, work: () => Promise<void>): Promise<void> {
  const client = await world.database.sql.connect()
  try {
    await client.query('BEGIN')
    await client.query('LOCK TABLE usage_event IN ACCESS EXCLUSIVE MODE')
    await work()
    await client.query('ROLLBACK')
  } finally {
    client.release()
  }
}
