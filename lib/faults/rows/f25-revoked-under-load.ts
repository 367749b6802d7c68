import { atLeast, exactly, type Fault } from '#lib/faults/fault.ts'
import { acceptedAfter, comeToRest, invariants } from '#lib/faults/invariants.ts'
import { quick } from '#lib/faults/load.ts'
import { until } from '#lib/faults/world.ts'
import { changeKeyStatus, quarantineKey } from '#lib/keys/change-key-status.ts'
import { revokeKeys } from '#lib/keys/revoke-keys.ts'
import { createBudgetInput } from '#lib/limits/budget-contract.ts'
import { changeBudget, createBudget } from '#lib/limits/set-budget.ts'
import { startLoad } from '#lib/testing/load.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

const plenty = '1000000'

export const revokedUnderLoad: Fault = {
  id: 'F25',
  fault:
    'keys are revoked, suspended, quarantined, and a budget is lowered, while two gateways serve them at full load',
  promise: 'nothing is accepted 1 s after the acknowledgement',
  withinMs: 120_000,
  async run(start, scale) {
    const world = await start({ gateways: 2, workers: 1 })
    const budget = { scopeType: 'team', scopeId: 'team_finance', amountUsd: plenty, posture: 'hard', period: 'month' }
    await createBudget(world.context, bootstrap, createBudgetInput.parse(budget))
    const rounds = scale === 'full' ? 4 : 1
    const results = []
    let [accepted, atOnce, calls, seconds] = [0, 0, 0, 0]
    for (let round = 0; round < rounds; round++) {
      const changes = await changesOf(world)
      const startedMs = Date.now()
      const loads = changes.map(({ key }) =>
        startLoad(
          world.gateways.map(({ url }) => url),
          key.text,
          4,
          quick,
        ),
      )
      await until('every key is served', () =>
        loads.every((load) => load.results.filter(({ status }) => status === 200).length > 30),
      )
      const acknowledged = await Promise.all(changes.map(({ change }) => change().then(() => Date.now())))
      await until('every key is refused', () =>
        loads.every(
          (load, n) => load.results.filter(({ sentAtMs }) => sentAtMs > acknowledged[n]! + 1_500).length > 10,
        ),
      )
      await Promise.all(loads.map((load) => load.stop()))
      seconds += (Date.now() - startedMs) / 1_000
      for (const [n, load] of loads.entries()) {
        accepted += acceptedAfter(load.results, acknowledged[n]!, 1_000)
        atOnce += acceptedAfter(load.results, acknowledged[n]!, 0)
        calls += load.results.length
        results.push(...load.results)
      }
      // Raised again for the next round; and what was spent before is no overshoot.
      await changeTeamBudget(world, plenty)
    }
    await comeToRest(world)
    return [
      exactly('accepted 1 s after', accepted, 0),
      exactly('accepted at all after', atOnce, 0),
      atLeast('changes', rounds * 4, rounds * 4),
      atLeast('calls a second', calls / seconds, 50),
      ...(await invariants(world, results)),
    ]
  },
}

type World = Parameters<typeof comeToRest>[0]

async function changesOf(world: World) {
  const { context } = world
  const [first, second, third, fourth] = [
    await world.newKey(),
    await world.newKey(),
    await world.newKey(),
    // In another team: the budget that is lowered must not refuse the others.
    await world.newKey({ place: { ownerUserId: 'user_finn', teamId: 'team_finance' } }),
  ]
  return [
    {
      key: first,
      change: () => changeKeyStatus(context, bootstrap, { id: first.id, step: 'suspend', reason: 'fault matrix' }),
    },
    {
      key: second,
      change: () => quarantineKey(context, bootstrap, second.id, { reason: 'fault matrix', dryRun: false }),
    },
    { key: third, change: () => revokeKeys(context, bootstrap, { filter: { ids: [third.id] }, dryRun: false }) },
    { key: fourth, change: () => changeTeamBudget(world, '0.000000001') },
  ]
}

async function changeTeamBudget(world: World, amountUsd: string): Promise<void> {
  const budget = await world.database.db.budget.findFirstOrThrow({
    where: { scopeType: 'team', scopeId: 'team_finance' },
    select: { id: true },
  })
  await changeBudget(world.context, bootstrap, budget.id, { amountUsd })
}
