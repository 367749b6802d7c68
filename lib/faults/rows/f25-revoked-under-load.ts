import { atLeast, atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { acceptedAfter, comeToRest, invariants } from '#lib/faults/invariants.ts'
import { openStreams, quick } from '#lib/faults/load.ts'
import { until } from '#lib/faults/world.ts'
import { changeKeyStatus, quarantineKey } from '#lib/keys/change-key-status.ts'
import { revokeKeys } from '#lib/keys/revoke-keys.ts'
import { createBudgetInput } from '#lib/limits/budget-contract.ts'
import { changeBudget, createBudget } from '#lib/limits/set-budget.ts'
import type { TestKey } from '#lib/testing/gateway.ts'
import { startLoad } from '#lib/testing/load.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

const plenty = '1000000'

export const revokedUnderLoad: Fault = {
  id: 'F25',
  fault:
    'keys are revoked, suspended, quarantined, and a budget is lowered, while two gateways serve them at full load, and streams',
  promise: 'nothing is accepted 1 s after the acknowledgement; streams are cut within 5 s where the profile says so',
  withinMs: 180_000,
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
    const streams = await cutStreams(world)
    results.push(...streams.results)
    await comeToRest(world)
    return [
      exactly('accepted 1 s after', accepted, 0),
      exactly('accepted at all after', atOnce, 0),
      atLeast('changes', rounds * 4, rounds * 4),
      atLeast('calls a second', calls / seconds, 50),
      ...streams.figures,
      ...(await invariants(world, results)),
    ]
  },
}

const streamsEach = 10

/** Streams of keys that are stopped, and of one that is not, where the profile has streams cut. */
async function cutStreams(world: World) {
  const { db } = world.database
  const { policy } = await db.accessProfile.findUniqueOrThrow({
    where: { id: world.company.profiles.experiment },
    select: { policy: true },
  })
  await db.accessProfile.update({
    where: { id: world.company.profiles.experiment },
    data: { policy: { ...(policy as object), killStreams: true } },
  })
  const stopped = (await changesOf(world)).slice(0, 3)
  const untouched = await world.newKey()
  const [first, second] = world.gateways as [(typeof world.gateways)[number], (typeof world.gateways)[number]]
  const open = (key: TestKey) =>
    Promise.all(
      [first, second].map(({ url }) =>
        openStreams(url, key, streamsEach / 2, { content: '@sim out=400 gap=50', stream: true }),
      ),
    )
  const running = await Promise.all(stopped.map(({ key }) => open(key)))
  const others = await open(untouched)
  const acknowledged = await Promise.all(stopped.map(({ change }) => change().then(() => Date.now())))
  const cut = await Promise.all(running.map((parts) => Promise.all(parts.map(({ ended }) => ended))))
  const whole = (await Promise.all(others.map(({ ended }) => ended))).flat()
  const lasted = cut.flatMap((parts, n) =>
    parts.flat().map(({ sentAtMs, tookMs }) => sentAtMs + tookMs - acknowledged[n]!),
  )
  const told = cut.flat(2).filter(({ text, isWhole }) => !isWhole && /"code":"key_\w+"/.test(text))
  return {
    results: [...cut.flat(2), ...whole],
    figures: [
      exactly('streams cut with an error event', told.length, stopped.length * streamsEach),
      atMost('the last of them after, ms', Math.max(...lasted), 5_000),
      exactly('streams of another key whole', whole.filter(({ isWhole }) => isWhole).length, streamsEach),
    ],
  }
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
