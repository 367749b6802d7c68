import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants, reckon } from '#lib/faults/invariants.ts'
import { sentBetween, statusesOf, steadyLoad, tookAt } from '#lib/faults/load.ts'
import { until, type World } from '#lib/faults/world.ts'
import { sliceOf } from '#lib/gateway/slices.ts'
import { revokeKeys } from '#lib/keys/revoke-keys.ts'
import { openRedis } from '#lib/platform/redis.ts'
import { updateProfile } from '#lib/policy/change-profiles.ts'
import type { TestKey } from '#lib/testing/gateway.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

/** A key's budget that is used up while Redis is away, nano-USD. */
const smallNanos = 1_500_000n

export const openCapped: Fault = {
  id: 'F1b',
  fault:
    'Redis is down for 10 s; keys are open up to a slice of their limits and budgets, one of them is revoked meanwhile',
  promise: 'they are served, within the slices; a revoked key is not',
  withinMs: 120_000,
  async run(start, scale) {
    const downMs = scale === 'full' ? 10_000 : 4_000
    const world = await start({ gateways: 2, workers: 1 })
    await updateProfile(world.context, bootstrap, world.company.profiles.experiment, {
      version: 1,
      policy: { degradedMode: 'open-capped' },
    })
    const [wide, narrow, revoked] = [
      await world.newKey(),
      await world.newKey({ budget: { amountNanos: smallNanos } }),
      await world.newKey(),
    ]
    const loads = [wide, narrow, revoked].map((key) => steadyLoad(world.gateways, key, 3))
    await until('calls are served', () => loads.every(({ results }) => results.some(({ status }) => status === 200)))

    const downAtMs = Date.now()
    await world.redisServer.kill()
    await sleep(downMs / 2)
    await revokeAsInPortal(world, revoked)
    const revokedAtMs = Date.now()
    await sleep(downMs / 2)
    const returnsAtMs = Date.now()
    await world.redisServer.start()
    const backAtMs = Date.now()
    const [ofWide, ofNarrow, ofRevoked] = loads.map(({ results }) => results) as [Results, Results, Results]
    await until('calls are judged again', () =>
      ofNarrow.some(({ status, sentAtMs }) => status !== 503 && sentAtMs > backAtMs),
    )
    await sleep(1_000)
    for (const load of loads) await load.stop()
    await comeToRest(world)

    const during = sentBetween(ofWide, downAtMs + 50, returnsAtMs)
    const served = during.filter(({ status }) => status === 200)
    const ofOutage = sentBetween(ofNarrow, downAtMs + 50, returnsAtMs)
    const letThrough = new Set(ofOutage.filter(({ status }) => status === 200).map(({ id }) => id))
    const { rows } = await reckon(world, [])
    const spentNanos = rows.filter(({ id }) => letThrough.has(id)).reduce((sum, { cost }) => sum + cost, 0)
    const beyondSlice = ofOutage.filter(({ status }) => status === 503).length
    const late = sentBetween(ofRevoked, revokedAtMs + 1_000, Infinity).filter(({ status }) => status === 200)
    return [
      atLeast('calls meanwhile', during.length, 20),
      atLeast(`served, % (${statusesOf(during)})`, (100 * served.length) / during.length, 98),
      atMost('p99, ms', tookAt(served, 0.99), 300),
      atLeast('of a small budget refused', beyondSlice, 1),
      atMost('let through, nano-USD', spentNanos, 2 * sliceOf(Number(smallNanos))),
      exactly('accepted 1 s after a revocation', late.length, 0),
      // The slices are what hard budgets may be exceeded by, and the row's own figure.
      ...(await invariants(world, [...ofWide, ...ofNarrow, ...ofRevoked])).filter(
        ({ what }) => !what.startsWith('over hard budgets'),
      ),
    ]
  },
}

/** PostgreSQL has the change, and Redis cannot be told. */
async function revokeAsInPortal(world: World, { id }: TestKey): Promise<void> {
  const redis = openRedis(world.redisServer.url, 'portal')
  await revokeKeys({ ...world.context, redis }, bootstrap, { filter: { ids: [id] }, dryRun: false })
  redis.disconnect()
}

type Results = ReturnType<typeof steadyLoad>['results']
