import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { headroomHeaders, limitRefusal, standingOf, testedLimits, type Judged } from '#lib/gateway/limit-refusal.ts'
import { anthropic } from '#lib/formats/anthropic/format.ts'
import { openai } from '#lib/formats/openai/format.ts'
import { goDuration } from '#lib/formats/openai/limit-headers.ts'
import { refusalHeaders, refusalStatus } from '#lib/gateway/refusal.ts'
import type { BudgetState, LimitState } from '#lib/limits/admit.ts'
import { hasRoom } from '#lib/limits/rules/has-room.ts'
import { decision, testedRule } from '#lib/ledger/contract.ts'
import { limitKinds, type BudgetRule, type LimitKind } from '#lib/limits/contract.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')
const key = { type: 'key', id: 'key_1', name: 'dana-laptop' } as const
const team = { type: 'team', id: 'team_search', name: 'Search' } as const
const unit = { type: 'business_unit', id: 'bu_1', name: 'Logistics' } as const

function limit(kind: LimitKind, differences: Partial<LimitState> = {}): LimitState {
  const state = { passed: true, used: 2, remaining: 7, resetMs: 12_000, retryMs: 0 }
  return { rule: { scope: key, kind, limit: 10 }, ...state, ...differences }
}

type BudgetWish = Partial<BudgetState> & { readonly rule?: BudgetRule }
const monthly: BudgetRule = {
  id: 'bud_1',
  scope: team,
  amountNanos: '25000000000',
  period: 'month',
  posture: 'hard',
  enforceAtPercent: 110,
  timeZone: 'Europe/Berlin',
}
const november = { startMs: Date.parse('2026-10-31T23:00:00Z'), endMs: Date.parse('2026-11-30T23:00:00Z') }

function budget(differences: BudgetWish = {}): BudgetState {
  const state = { passed: true, spent: 24_990_000_000, held: 6_000_000, cap: 25_000_000_000 }
  return { rule: monthly, window: november, ...state, ...differences }
}

function judged(kind: Judged['kind'], limits: LimitState[] = [], budgets: BudgetState[] = []): Judged {
  return {
    kind,
    redisNowMs: nowMs,
    outputAllowed: 20,
    heldNanos: 12_000_000,
    held: { input: 10, output: 80 },
    limits,
    budgets,
    budgetKeys: [],
    ruleSet: { text: '', limitWindows: [], budgetWindows: [], budgetKeys: [], caps: [] },
  }
}

/** Names and values in turn, as an object. */
function pairs(flat: readonly string[]): Record<string, string> {
  return Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!]] : [])))
}

describe('the refusal of a limit', () => {
  test.each<[LimitKind, string, string]>([
    ['rpm', 'rate_limit_exceeded', 'requests a minute'],
    ['rph', 'rate_limit_exceeded', 'requests an hour'],
    ['rpd', 'daily_quota_exceeded', 'requests a day'],
    ['tpm', 'token_limit_exceeded', 'tokens a minute'],
    ['tpd', 'daily_quota_exceeded', 'tokens a day'],
    ['concurrency', 'concurrency_limit_exceeded', 'calls at once'],
  ])('%s has code %s and says what, how much, how far and until when', (kind, code, words) => {
    const state = limit(kind, { passed: false, used: 10, remaining: 0, retryMs: 6_200 })
    const refusal = limitRefusal(judged('limit', [{ ...state, rule: { scope: team, kind, limit: 1_200 } }]))
    expect(refusal).toEqual({
      code,
      scope: team,
      limit: 1_200,
      used: 10,
      unit: words,
      resetsAtMs: nowMs + 6_200,
      retryAfterSeconds: 7,
      message: `Team "Search" may use 1,200 ${words}, and 10 are in use. Try again in 7 s.`,
    })
    expect(refusalStatus[refusal.code]).toBe(429)
    expect(pairs(refusalHeaders(refusal))).toEqual({ 'retry-after': '7' })
  })

  test('names the one that lets the call through last', () => {
    const refusal = limitRefusal(
      judged('limit', [
        limit('rpm', { passed: false, retryMs: 900 }),
        limit('rpd', { passed: false, retryMs: 40_000_000 }),
        limit('tpm', { passed: true }),
        limit('rph', { passed: false, retryMs: 2_000 }),
      ]),
    )
    expect(refusal).toMatchObject({ code: 'daily_quota_exceeded', retryAfterSeconds: 40_000 })
  })

  test('that no waiting can cure offers none, and tells SDKs to stop', () => {
    const refusal = limitRefusal(
      judged('limit', [
        limit('rpm', { passed: false, retryMs: 900 }),
        limit('tpm', { passed: false, used: 0, retryMs: -1 }),
      ]),
    )
    expect(refusal).toMatchObject({
      code: 'token_limit_exceeded',
      final: true,
      message: expect.stringContaining('send less') as string,
    })
    expect(pairs(refusalHeaders(refusal))).toEqual({ 'x-should-retry': 'false' })
  })

  test('never says to try again in 0 s', () => {
    expect(limitRefusal(judged('limit', [limit('rpm', { passed: false, retryMs: 0 })])).retryAfterSeconds).toBe(1)
  })

  test('has words for a scope of two words', () => {
    const refusal = limitRefusal(
      judged('limit', [limit('rpm', { passed: false, retryMs: 1, rule: { scope: unit, kind: 'rpm', limit: 1 } })]),
    )
    expect(refusal.message).toMatch(/^Business unit "Logistics" /)
  })

  test('comes before that of a budget, for a limit may be cured by waiting', () => {
    const both = judged('limit', [limit('rpm', { passed: false, retryMs: 5 })], [budget({ passed: false })])
    expect(limitRefusal(both).code).toBe('rate_limit_exceeded')
  })
})

describe('the refusal of a budget', () => {
  test('says what the call needs, what is left of what, and when that changes', () => {
    const refusal = limitRefusal(judged('budget', [limit('rpm')], [budget({ passed: false })]))
    expect(refusal).toEqual({
      code: 'insufficient_quota',
      scope: team,
      limit: '25',
      used: '24.99',
      held: '0.006',
      unit: 'USD',
      final: true,
      resetsAtMs: november.endMs,
      retryAfterSeconds: (november.endMs - nowMs) / 1000,
      message:
        'This call needs up to $0.012, and team "Search" has $0.004 left of its $25 this month ' +
        '(spent $24.99, held for running calls $0.006). It resets at 2026-11-30T23:00:00.000Z.',
    })
    expect(pairs(refusalHeaders(refusal))).toEqual({
      'retry-after': String((november.endMs - nowMs) / 1000),
      'x-should-retry': 'false',
    })
  })

  test('without an end promises none', () => {
    const total = { rule: { ...monthly, period: 'total' as const }, window: { startMs: 0, endMs: 0 } }
    const refusal = limitRefusal(judged('budget', [], [budget({ ...total, passed: false })]))
    expect(refusal).toMatchObject({ resetsAtMs: null, message: expect.stringContaining('larger budget') as string })
    expect(pairs(refusalHeaders(refusal))).toEqual({ 'x-should-retry': 'false' })
  })

  test('is of the first that did not pass, from the key upwards', () => {
    const states = [
      budget({ rule: { ...monthly, scope: key } }),
      budget({ passed: false }),
      budget({ passed: false, rule: { ...monthly, scope: unit } }),
    ]
    expect(limitRefusal(judged('budget', [], states)).scope).toBe(team)
  })

  test('that was overdrawn has nothing left, and not less', () => {
    const refusal = limitRefusal(judged('budget', [], [budget({ passed: false, spent: 26_000_000_000 })]))
    expect(refusal.message).toContain('has $0 left')
  })
})

describe('the headers that tell what is left', () => {
  test('are OpenAI’s, for the tightest limit of each sort, and the tightest budget after this call', () => {
    const answer = judged(
      'admitted',
      [
        limit('rpm', { remaining: 5 }),
        limit('rpd', { remaining: 50, resetMs: 3_723_000, rule: { scope: team, kind: 'rpd', limit: 1_000 } }),
        limit('tpm', { remaining: 900, resetMs: 250, rule: { scope: key, kind: 'tpm', limit: 1_000 } }),
        limit('concurrency', { remaining: 0 }),
      ],
      [budget(), budget({ cap: null, rule: { ...monthly, posture: 'soft' } }), budget({ spent: 24_980_000_000 })],
    )
    // 50 of 1,000 are tighter than 5 of 10.
    expect(pairs(headroomHeaders({ ...answer, heldNanos: 1_000_000 }, openai))).toEqual({
      'x-ratelimit-limit-requests': '1000',
      'x-ratelimit-remaining-requests': '50',
      'x-ratelimit-reset-requests': '1h2m3s',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '900',
      'x-ratelimit-reset-tokens': '250ms',
      'x-gatehouse-budget-remaining-usd': '0.003',
    })
  })

  test('have Anthropic’s names and moments for Anthropic’s clients', () => {
    const answer = judged('admitted', [
      limit('tpm', { remaining: 900, resetMs: 250, rule: { scope: key, kind: 'tpm', limit: 1_000 } }),
    ])
    expect(pairs(headroomHeaders(answer, anthropic))).toEqual({
      'anthropic-ratelimit-tokens-limit': '1000',
      'anthropic-ratelimit-tokens-remaining': '900',
      'anthropic-ratelimit-tokens-reset': new Date(answer.redisNowMs + 250).toISOString(),
    })
  })

  test('leave this call out where it was refused', () => {
    expect(pairs(headroomHeaders(judged('budget', [], [budget({ passed: false })]), openai))).toEqual({
      'x-gatehouse-budget-remaining-usd': '0.004',
    })
  })

  test('are none where nothing limits', () => {
    expect(headroomHeaders(judged('admitted', [limit('concurrency')], [budget({ cap: null })]), openai)).toEqual([])
  })
})

describe('the rules of a decision', () => {
  test('have the figures of the admission', () => {
    const rules = testedLimits(
      judged(
        'limit',
        [limit('rpm'), limit('tpm', { passed: false, used: 10, resetMs: 500 })],
        [budget({ passed: false })],
      ),
    )
    expect(rules).toEqual([
      { rule: 'rpm', scope: key, limit: 10, used: 2 },
      { rule: 'tpm', scope: key, limit: 10, used: 10, passed: false, resetsAtMs: nowMs + 500 },
      {
        rule: 'budget_month',
        scope: team,
        source: 'hard',
        limit: '25000000000',
        used: '24990000000',
        held: '6000000',
        unit: 'nanos',
        passed: false,
        resetsAtMs: november.endMs,
      },
    ])
  })

  test('name the amount of a budget that only alerts', () => {
    const [rule] = testedLimits(judged('admitted', [], [budget({ cap: null, rule: { ...monthly, posture: 'soft' } })]))
    expect(rule).toMatchObject({ source: 'soft', limit: '25000000000' })
  })
})

describe('a duration as OpenAI writes it', () => {
  test.each([
    [0, '0ms'],
    [-5, '0ms'],
    [999, '999ms'],
    [1_000, '1s'],
    [1_500, '1.5s'],
    [59_949, '59.9s'],
    [59_950, '1m0s'],
    [60_000, '1m0s'],
    [360_000, '6m0s'],
    [3_599_600, '1h0m0s'],
    [9_000_000, '2h30m0s'],
    [86_400_000, '24h0m0s'],
  ])('%i ms is %s', (ms, text) => {
    expect(goDuration(ms)).toBe(text)
  })

  test('reads as what it was, to half a second', () => {
    const unitMs: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }
    fc.assert(
      fc.property(fc.nat(90 * 86_400_000), (ms) => {
        const parts = [...goDuration(ms).matchAll(/([\d.]+)(ms|h|m|s)/g)]
        const read = parts.reduce((sum, [, count, of]) => sum + Number(count) * unitMs[of!]!, 0)
        expect(Math.abs(read - ms)).toBeLessThanOrEqual(500)
      }),
    )
  })
})

test('no admission that failed is without words', () => {
  const state = fc.record({
    kind: fc.constantFrom(...limitKinds),
    passed: fc.boolean(),
    retryMs: fc.oneof(fc.constant(-1), fc.nat(100_000_000)),
    used: fc.nat(),
  })
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 6 }), (states) => {
      fc.pre(states.some(({ passed }) => !passed))
      const limits = states.map(({ kind, ...rest }) => limit(kind, rest))
      const refusal = limitRefusal(judged('limit', limits))
      const never = states.some(({ passed, retryMs }) => !passed && retryMs < 0)
      // Either the caller hears when to come back, or that it need not.
      expect([refusal.final === true, refusal.retryAfterSeconds === undefined]).toEqual([never, never])
      expect(refusal.message).toMatch(/^Key "dana-laptop" may use 10 .+, and [\d,]+ are in use\. .+\.$/)
    }),
  )
})

test('what an admitted call writes in short is read as the rules it was judged by', () => {
  const soft = budget({ cap: null, rule: { ...monthly, posture: 'soft', scope: key } })
  const endless = budget({ window: { startMs: 0, endMs: 0 }, rule: { ...monthly, period: 'total' } })
  const admitted = judged(
    'admitted',
    [limit('rpm'), { ...limit('tpd'), rule: { scope: team, kind: 'tpd', limit: 5 } }, limit('concurrency')],
    [budget(), soft, endless],
  )
  const written = JSON.parse(JSON.stringify({ id: 'dec_1', standing: standingOf(admitted) })) as unknown
  expect(decision.parse(written).rules).toEqual(testedLimits(admitted).map((rule) => testedRule.parse(rule)))
})

describe('an admitted call has room', () => {
  const far: LimitState = { ...limit('rpm'), remaining: 5_000 }
  const rich = budget({ spent: 0, held: 0 })

  test.each<[string, Judged, boolean]>([
    ['where nothing limits it', judged('admitted'), true],
    ['where a hundred like it would fit', judged('admitted', [far], [rich]), true],
    ['not where a limit is near', judged('admitted', [far, limit('concurrency')]), false],
    ['where its tokens are few', judged('admitted', [{ ...limit('tpm'), remaining: 9_000 }]), true],
    [
      'not where its tokens weigh, the prompt’s too',
      judged('admitted', [{ ...limit('tpm'), remaining: 8_999 }]),
      false,
    ],
    ['not where a budget is near', judged('admitted', [far], [rich, budget()]), false],
    ['where a budget only alerts', judged('admitted', [], [budget({ cap: null })]), true],
  ])('%s', (_where, call, room) => {
    expect(hasRoom(call)).toBe(room)
  })
})
