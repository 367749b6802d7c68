/** The short form of the fault matrix; the whole of it is `npm run faults` (docs/FAULTS.md). */
import { describe, expect, test } from 'vitest'
import type { Fault } from '#lib/faults/fault.ts'
import { runFault } from '#lib/faults/run-fault.ts'
import type { FaultDatabase } from '#lib/faults/world.ts'
import { redisDown } from '#lib/faults/rows/f01-redis-down.ts'
import { redisFlushed } from '#lib/faults/rows/f03-redis-flushed.ts'
import { workerKilled } from '#lib/faults/rows/f08-worker-killed.ts'
import { gatewayKilled } from '#lib/faults/rows/f10-gateway-killed.ts'
import { budgetRace } from '#lib/faults/rows/f26-budget-race.ts'
import { freshDatabase } from '#lib/testing/services.ts'

/** The server is everybody's here, so no row of the short form stops it. */
async function sharedDatabase(): Promise<FaultDatabase> {
  const refuse = (): Promise<never> => Promise.reject(new Error('PostgreSQL is shared by all tests'))
  return { ...(await freshDatabase()), stop: refuse, start: refuse }
}

/** Figures that fall short of their promise, each with what it was. */
async function brokenPromises(fault: Fault): Promise<string[]> {
  const { figures, problem } = await runFault(fault, 'short', sharedDatabase)
  const broken = figures.filter(({ kept }) => !kept)
  return [
    ...broken.map(({ what, value, promised }) => `${what}: ${value}, promised ${promised}`),
    ...(problem === null ? [] : [problem]),
  ]
}

describe('every promise is kept', { timeout: 120_000 }, () => {
  test('while Redis is down', async () => {
    expect(await brokenPromises(redisDown)).toEqual([])
  })

  test('when workers are killed in the midst of batches', async () => {
    expect(await brokenPromises(workerKilled)).toEqual([])
  })

  test('when a gateway is killed with streams under way', async () => {
    expect(await brokenPromises(gatewayKilled)).toEqual([])
  })

  test('when four gateways race for one budget', async () => {
    expect(await brokenPromises(budgetRace)).toEqual([])
  })

  test('when Redis is emptied under load', async () => {
    expect(await brokenPromises(redisFlushed)).toEqual([])
  })
})
