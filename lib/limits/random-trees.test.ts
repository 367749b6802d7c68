/**
 * Random trees of limits and budgets, random calls through them: every verdict, every figure in it, and what is left at
 * the end are those of a plain model that sums up all calls anew for each question.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admit, type AdmitReply } from '#lib/limits/admit.ts'
import { limitKinds, type BudgetRule, type LimitRule, type ScopeType } from '#lib/limits/contract.ts'
import { loadFunctions } from '#lib/limits/functions.ts'
import { budgetKey, openHolds, readPeriod } from '#lib/limits/keys.ts'
import { spanOf } from '#lib/limits/rules/limit-kinds.ts'
import { limitsOfModel } from '#lib/limits/rules/rules-of-model.ts'
import { settle, type Settlement } from '#lib/limits/settle.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { aBound, aRequest, aSettlement } from '#lib/testing/limits.ts'
import { ReferenceLimits, type ReferenceVerdict } from '#lib/testing/reference-limits.ts'
import { freshRedis, type TestRedis } from '#lib/testing/services.ts'

let server: TestRedis
let redis: RedisClient
beforeAll(async () => {
  server = await freshRedis()
  redis = openRedis(server.url, 'patient')
  await loadFunctions(redis)
})
afterAll(async () => {
  redis?.disconnect()
  await server?.drop()
})

const levels = [
  'key',
  'user',
  'team',
  'business_unit',
  'organisation',
  'environment',
  'group',
  'tag',
] as const satisfies readonly ScopeType[]
/** How many scopes a level has: two keys of two people in two teams of one organisation. */
const wide = { key: 4, user: 3, team: 2, business_unit: 2, organisation: 1, environment: 2, group: 2, tag: 1 }

const limitsOfScope = fc.array(
  fc.record({
    kind: fc.constantFrom(...limitKinds),
    limit: fc.integer({ min: 1, max: 400 }),
    // On every level, keys included: of one model, or of all that a pattern names.
    models: fc.option(fc.constantFrom('a1', 'a*', 'b'), { nil: undefined, freq: 4 }),
  }),
  { maxLength: 3 },
)
const budgetsOfScope = fc.array(
  fc.record({
    amount: fc.integer({ min: 20, max: 2_000 }),
    period: fc.constantFrom('day' as const, 'month' as const, 'total' as const),
    posture: fc.constantFrom('hard' as const, 'hard' as const, 'soft' as const, 'alert_then_enforce' as const),
  }),
  { maxLength: 2 },
)
const tree = fc.record(
  Object.fromEntries(
    levels.map((level) => [
      level,
      fc.array(fc.record({ limits: limitsOfScope, budgets: budgetsOfScope }), {
        minLength: wide[level],
        maxLength: wide[level],
      }),
    ]),
  ) as Record<(typeof levels)[number], fc.Arbitrary<{ limits: RandomLimit[]; budgets: RandomBudget[] }[]>>,
)
type RandomLimit = { kind: LimitRule['kind']; limit: number; models: string | undefined }
type RandomBudget = { amount: number; period: BudgetRule['period']; posture: BudgetRule['posture'] }

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      place: fc.nat(11),
      model: fc.constantFrom('a1', 'a2', 'b'),
      prompt: fc.integer({ min: 0, max: 40 }),
      output: fc.integer({ min: 1, max: 100 }),
      least: fc.integer({ min: 1, max: 100 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(50),
      share: fc.double({ min: 0, max: 1.2, noNaN: true }),
      repeats: fc.boolean(),
      sweptFirst: fc.boolean(),
    }),
  },
)

/** Buckets move while one looks at them: a verdict that hangs on less than this many ms of them is not compared. */
const blurMs = 5

/** More of them by the environment: RANDOM_TREES=5000. */
const trees = Number(process.env.RANDOM_TREES ?? 300)

test('random trees and the calls through them get the verdicts of the plain model', async () => {
  let cases = 0
  let compared = 0
  await fc.assert(
    fc.asyncProperty(tree, fc.array(step, { minLength: 5, maxLength: 40 }), async (grown, steps) => {
      cases += 1
      const rules = rulesOf(grown, `r${cases}`)
      const model = new ReferenceLimits()
      const running: { readonly request: ReturnType<typeof aRequest>; readonly heldNanos: number }[] = []
      for (const budget of rules.allBudgets) await redis.set(recordOf(budget), '0 0')
      const wrong: string[] = []

      for (const one of steps) {
        if (one.do === 'call') {
          const { limits, budgets } = rules.at(one.place, one.model)
          const bound = aBound(one.prompt, one.output, Math.min(one.least, one.output))
          const request = aRequest({ limits, budgets, bound })
          const reply = judged(await admit(redis, request))
          const told = reply.kind === 'admitted'
          const wanted = model.admit(request.callId, limits, budgets, bound, reply.redisNowMs, told)
          const isBlurred = hangsOnADrop(wanted, limits)
          if (!isBlurred) compared += 1
          wrong.push(...differences(reply, wanted, limits, isBlurred))
          if (told) running.push({ request, heldNanos: reply.heldNanos })
        } else if (running.length > 0) {
          const [{ request, heldNanos }] = running.splice(one.which % running.length, 1) as [(typeof running)[number]]
          const settlement = endOf(request, Math.floor(one.share * heldNanos))
          if (one.sweptFirst) await settle(redis, endOf(request, Math.floor(heldNanos / 3)), 'sweep')
          await settle(redis, settlement, 'final')
          const again = one.repeats ? await settle(redis, settlement, 'final') : 'duplicate'
          if (again !== 'duplicate') wrong.push(`settled twice: ${again}`)
          model.settle(request.callId, Number(settlement.event.costNanos), settlement.tokens)
        }
      }
      for (const { request } of running) await settle(redis, endOf(request, 1), 'final')
      expect(wrong).toEqual([])
      expect(await redis.zcard(openHolds)).toBe(0)
      for (const budget of rules.allBudgets) expect(readPeriod(await redis.get(recordOf(budget)))?.heldNanos).toBe(0n)
    }),
    { numRuns: trees },
  )
  // Not where verdicts hung on a bucket's last drop.
  expect(compared).toBeGreaterThan(5 * cases)
}, 900_000)

type Judged = Extract<AdmitReply, { readonly kind: 'admitted' | 'limit' | 'budget' }>

const blurOf = ({ limit }: LimitRule): number => (blurMs * limit) / 60_000

function hangsOnADrop(wanted: ReferenceVerdict, limits: readonly LimitRule[]): boolean {
  return limits.some((rule, l) => spanOf(rule.kind) === 'minute' && Math.abs(wanted.limits[l]!.margin) <= blurOf(rule))
}

/** What Redis said that the model does not say. */
function differences(
  told: Judged,
  wanted: ReferenceVerdict,
  limits: readonly LimitRule[],
  isBlurred: boolean,
): string[] {
  const wrong: string[] = []
  const same = (what: string, one: unknown, other: unknown): void => {
    if (JSON.stringify(one) !== JSON.stringify(other))
      wrong.push(`${what}: ${JSON.stringify(one)}, not ${JSON.stringify(other)}`)
  }
  same('output', told.outputAllowed, wanted.outputAllowed)
  same('held', told.heldNanos, wanted.heldNanos)
  if (!isBlurred) same('verdict', told.kind, wanted.kind)
  for (const [l, rule] of limits.entries()) {
    const [one, other] = [told.limits[l]!, wanted.limits[l]!]
    const isBucket = spanOf(rule.kind) === 'minute'
    if (!isBlurred) same(`${rule.kind} passes`, one.passed, other.passed)
    if (!isBucket) same(`${rule.kind} in use`, one.used, other.used)
    if (isBucket && Math.abs(one.used - other.used) > 1 + blurOf(rule))
      same(`${rule.kind} in use`, one.used, other.used)
  }
  const money = ({ passed, spent, held }: ReferenceVerdict['budgets'][number]) => [passed, spent, held]
  same('budgets', told.budgets.map(money), wanted.budgets.map(money))
  return wrong
}

const recordOf = (rule: BudgetRule): string => budgetKey(rule, budgetWindow(rule.period, rule.timeZone, Date.now()))

function judged(reply: AdmitReply): Judged {
  if (reply.kind === 'admitted' || reply.kind === 'limit' || reply.kind === 'budget') return reply
  throw new Error(`not judged: ${reply.kind}`)
}

/** A nano a token, input first. */
function endOf(request: ReturnType<typeof aRequest>, nanos: number): Settlement {
  const input = Math.min(nanos, request.bound.promptTokens)
  const settled = aSettlement(request, nanos)
  return { ...settled, tokens: { input, output: nanos - input } }
}

type Grown = Record<(typeof levels)[number], { limits: RandomLimit[]; budgets: RandomBudget[] }[]>

function rulesOf(grown: Grown, name: string) {
  const scopes = levels.map((level) =>
    grown[level].map(({ limits, budgets }, n) => {
      const scope = { type: level, id: `${name}_${level}_${n}`, name: level }
      return {
        limits: onceEach(limits).map(({ kind, limit, models }): LimitRule => ({
          scope,
          kind,
          limit,
          ...(models ? { models } : {}),
        })),
        budgets: budgets.map(({ amount, period, posture }, b): BudgetRule => ({
          id: `${scope.id}_${b}`,
          scope,
          amountNanos: String(amount),
          period,
          posture,
          enforceAtPercent: 110,
          timeZone: 'UTC',
        })),
      }
    }),
  )
  return {
    allBudgets: scopes.flat().flatMap(({ budgets }) => budgets),
    /** The same key is always under the same people, team and unit. */
    at(place: number, model: string) {
      const path = scopes.map((ofLevel, depth) => ofLevel[Math.floor(place / 2 ** depth) % ofLevel.length]!)
      const limits = path.flatMap((scope) => limitsOfModel(scope.limits, model))
      return { limits, budgets: path.flatMap(({ budgets }) => budgets) }
    },
  }
}

/** A scope has one limit of a kind for the same models. */
function onceEach(limits: readonly RandomLimit[]): RandomLimit[] {
  return [...new Map(limits.map((limit) => [`${limit.kind} ${limit.models}`, limit])).values()]
}
