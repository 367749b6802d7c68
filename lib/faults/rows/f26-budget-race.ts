import { setTimeout as sleep } from 'node:timers/promises'
import { atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { statusesOf } from '#lib/faults/load.ts'
import { until, type Linked, type World } from '#lib/faults/world.ts'
import { createBudgetInput } from '#lib/limits/budget-contract.ts'
import { archiveBudget, createBudget } from '#lib/limits/set-budget.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import { openHolds } from '#lib/limits/keys.ts'
import { newId } from '#lib/platform/ids.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { makeKey, miniPrice, type KeyWish, type TestKey } from '#lib/testing/gateway.ts'
import { bodyOf, makeCall, type CallResult, type CallWish } from '#lib/testing/load.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

const levels = [
  'key',
  'user',
  'team',
  'project',
  'workload',
  'business_unit',
  'environment',
  'group',
  'tag',
  'organisation',
] as const
type Level = (typeof levels)[number]

const budgetOf = 50
const parallel = 400

/** A call whose hold equals its cost: as many prompt tokens as the body has bytes, and as much output as it may. */
const call: CallWish = exactCall()
const holdNanos = BigInt(Buffer.byteLength(bodyOf(call)) * miniPrice.input + 20 * miniPrice.output) / 1_000_000n

function exactCall(): CallWish {
  const of = (bytes: number): CallWish => ({
    content: `@sim in=${bytes} out=20 ttft=3000`,
    stream: true,
    maxTokens: 20,
  })
  let bytes = 100
  while (Buffer.byteLength(bodyOf(of(bytes))) !== bytes) bytes += 1
  return of(bytes)
}

export const budgetRace: Fault = {
  id: 'F26',
  fault: '400 parallel calls against a budget for 50 holds, on each level in turn, through 1, 2 and 4 gateways',
  promise: 'exactly 50 are let through, 100 times out of 100; nothing stays held after 15 s',
  withinMs: 360_000,
  async run(start, scale) {
    const world = await start({ gateways: 4, workers: 1 })
    const repeats = scale === 'full' ? 100 : 3
    const results: CallResult[] = []
    const admitted: number[] = []
    const wrong: string[] = []
    const waiting: Promise<void>[] = []

    for (let n = 0; n < repeats; n++) {
      const gateways = world.gateways.slice(0, [1, 2, 4][n % 3])
      const level = levels[Math.floor(n / 3) % levels.length]!
      if (level === 'organisation') await Promise.all(waiting.splice(0))
      const key = await keyWithBudgetOn(world, level)
      const race = runRace(gateways, key).then((answers) => {
        results.push(...answers)
        const passed = answers.filter(({ status, isWhole }) => status === 200 && isWhole).length
        admitted.push(passed)
        if (passed !== budgetOf) wrong.push(`${level}, ${gateways.length} gateways: ${statusesOf(answers)}`)
      })
      // Of races on other levels the next begins while the last one's calls wait for their first token.
      if (level === 'organisation') await race.then(() => endOrganisationBudget(world))
      else waiting.push(race)
      if (waiting.length >= 5) await waiting.shift()
      else await sleep(500)
    }
    await Promise.all(waiting)

    const releasedMs = await until('nothing is held', async () => (await world.redis.zcard(openHolds)) === 0)
    await comeToRest(world)
    return [
      exactly('races with exactly 50', admitted.filter((count) => count === budgetOf).length, repeats),
      ...(wrong.length > 0 ? [exactly('otherwise', wrong.slice(0, 5).join(', '), 'none')] : []),
      atMost('held after the last call, ms', releasedMs, 15_000),
      ...(await invariants(world, results)),
    ]
  },
}

function runRace(gateways: readonly Linked[], key: TestKey): Promise<CallResult[]> {
  return Promise.all(
    Array.from({ length: parallel }, (_, n) => makeCall(gateways[n % gateways.length]!.url, key.text, call)),
  )
}

/** A key in a place of its own, so that the budget on the level counts this race alone. */
async function keyWithBudgetOn(world: World, level: Level): Promise<TestKey> {
  const { db } = world.database
  const name = newId('req')
  const unit = await db.businessUnit.create({ data: { id: newId('bu'), name } })
  const team = await db.team.create({ data: { id: newId('team'), name, businessUnitId: unit.id } })
  const profileId = world.company.profiles.experiment
  const user = await db.user.create({
    data: { id: newId('user'), email: `${name}@demo.test`, name, primaryTeamId: team.id, profileId, groups: [name] },
  })
  await db.teamMember.create({ data: { teamId: team.id, userId: user.id } })
  const project = await db.project.create({ data: { id: newId('proj'), name, teamId: team.id } })
  const workload = await db.workload.create({
    data: { id: newId('wl'), name, kind: 'service', teamId: team.id, projectId: project.id },
  })
  const isOfPerson = level === 'key' || level === 'user' || level === 'group'
  const wish: KeyWish = {
    kind: isOfPerson ? 'personal' : 'service',
    place: isOfPerson
      ? { ownerUserId: user.id, teamId: team.id }
      : { teamId: team.id, projectId: project.id, workloadId: workload.id },
  }
  const key = await makeKey(world.database, world.context.config, world.company, wish)
  const { environment } = await db.virtualKey.update({
    where: { id: key.id },
    data: { tags: { race: name } },
    select: { environment: true },
  })
  const ids: Record<Level, string> = {
    key: key.id,
    user: user.id,
    team: team.id,
    project: project.id,
    workload: workload.id,
    business_unit: unit.id,
    environment: `${team.id}:${environment}`,
    group: name,
    tag: `race=${name}`,
    organisation: world.company.organisationId,
  }
  await setBudget(world, level, ids[level])
  return key
}

async function setBudget(world: World, level: Level, scopeId: string): Promise<void> {
  const amountNanos = BigInt(budgetOf) * holdNanos
  if (level === 'key') {
    const data = { id: newId('bud'), scopeType: level, scopeId, amountNanos, period: 'month' as const }
    await world.database.db.budget.create({ data })
    return
  }
  const amountUsd = usdOfNanos(amountNanos)
  // `total` beside the monthly one that every world has; what was spent before counts, so the organisation starts anew.
  const spent = level === 'organisation' ? await spentOfAll(world) : 0n
  const budget = createBudgetInput.parse({
    scopeType: level,
    scopeId,
    amountUsd: spent === 0n ? amountUsd : usdOfNanos(amountNanos + spent),
    posture: 'hard',
    period: 'total',
    enforceAtPercent: 110,
  })
  await createBudget(world.context, bootstrap, budget)
}

/** Nano-USD of the organisation so far, once everything is booked. */
async function spentOfAll(world: World): Promise<bigint> {
  const { redis } = world
  await until(
    'every call is booked',
    async () => (await redis.zcard(openHolds)) + (await redis.xlen(usageStream)) === 0,
  )
  const { rows } = await world.database.sql.query<{ spent: string }>(
    'SELECT coalesce(sum(cost_nanos), 0)::text AS spent FROM usage_event',
  )
  return BigInt(rows[0]!.spent)
}

async function endOrganisationBudget(world: World): Promise<void> {
  const where = { scopeType: 'organisation' as const, period: 'total' as const, archivedAt: null }
  const budget = await world.database.db.budget.findFirst({ where, select: { id: true } })
  if (budget) await archiveBudget(world.context, bootstrap, budget.id)
}
