import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inputCeilingNanosPerToken, outputCeilingNanosPerToken } from '#lib/catalog/rules/price-call.ts'
import { retryAtMs } from '#lib/decisions/rules/retry-at.ts'
import { waysOn, type Candidate, type WayFacts } from '#lib/decisions/rules/ways-on.ts'
import { decision as decisionSchema, testedRule, type Decision, type TestedRule } from '#lib/ledger/contract.ts'

const model = (
  name: string,
  input: number,
  output: number,
  vendor = 'openai',
  maxOutputTokens: number | null = null,
): Candidate => ({
  name,
  vendor,
  maxOutputTokens,
  prices: { input: input * 1_000_000, output: output * 1_000_000 },
})
const gpt5 = model('gpt-5', 1250, 10_000)
const gpt5mini = model('gpt-5-mini', 250, 2000)
const gpt5nano = model('gpt-5-nano', 50, 400)
const haiku = model('claude-haiku-4-5', 1000, 5000, 'anthropic')

const budget = (left: bigint, passed: boolean, type = 'key', limit = 300_000_000_000n): TestedRule =>
  testedRule.parse({
    rule: 'budget_month',
    passed,
    scope: { type, id: `${type}_1`, name: 'it' },
    source: 'hard',
    limit: limit.toString(),
    used: (limit - left).toString(),
    held: '0',
    unit: 'nanos',
    resetsAtMs: 2_000_000_000_000,
  })

const decisionOf = (rules: TestedRule[], differences: Partial<Decision> = {}): Decision =>
  decisionSchema.parse({
    id: 'dec_1',
    code: 'insufficient_quota',
    rules,
    heldNanos: '668000000',
    outputAsked: 65_536,
    outputAllowed: 65_536,
    promptBytes: 10_000,
    ...differences,
  })

/** 10,000 bytes of prompt and 65,536 tokens of output on gpt-5: $0.667860. */
const facts = (differences: Partial<WayFacts> = {}): WayFacts => ({
  decision: decisionOf([budget(410_000_000n, false), budget(90_000_000_000n, true, 'team')]),
  endpoint: 'chat',
  asked: 'gpt-5',
  model: gpt5,
  candidates: [gpt5, gpt5mini, gpt5nano, haiku],
  otherKeys: [],
  ...differences,
})

describe('ways around a budget', () => {
  test('are cheaper models that fit, the vendor’s own and the dearest first, with their cost', () => {
    const models = waysOn(facts()).filter((way) => way.kind === 'model')
    expect(models.map(({ model: name }) => name)).toEqual(['gpt-5-mini', 'gpt-5-nano', 'claude-haiku-4-5'])
    expect(models[0]!.costNanos).toBeLessThan(410_000_000n)
  })

  test('are less output, as much as passes', () => {
    expect(waysOn(facts())).toContainEqual({ kind: 'output', field: 'max_tokens', maximum: 39_736, asked: 65_536 })
  })

  test('are not models that cannot produce as much', () => {
    const small = { ...gpt5mini, maxOutputTokens: 16_384 }
    expect(waysOn(facts({ candidates: [small] })).some((way) => way.kind === 'model')).toBe(false)
  })

  test('are another key only where it was the key’s own budget', () => {
    const otherKeys = [
      { id: 'key_poor', name: 'poor', leftNanos: 1n },
      { id: 'key_rich', name: 'rich', leftNanos: null },
    ]
    expect(waysOn(facts({ otherKeys }))).toContainEqual({ kind: 'key', id: 'key_rich', name: 'rich' })
    const ofTeam = decisionOf([budget(10n, false, 'team')])
    expect(waysOn(facts({ otherKeys, decision: ofTeam })).some((way) => way.kind === 'key')).toBe(false)
  })

  test('pass every budget, not only the one that refused', () => {
    const decision = decisionOf([budget(410_000_000n, false), budget(20_000_000n, true, 'organisation')])
    expect(waysOn(facts({ decision })).filter((way) => way.kind === 'model')).toEqual([])
  })

  test('are none where a limit refused as well', () => {
    const rpm = testedRule.parse({ rule: 'rpm', passed: false })
    expect(waysOn(facts({ decision: decisionOf([rpm, budget(1n, false)]) }))).toEqual([])
  })

  test('never hold more than was left', () => {
    const price = fc.integer({ min: 1, max: 20_000 })
    fc.assert(
      fc.property(
        price,
        price,
        price,
        price,
        fc.integer({ min: 0, max: 100_000 }),
        fc.integer({ min: 1, max: 70_000 }),
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (in1, out1, in2, out2, promptBytes, output, choices, share) => {
          const called = model('called', in1, out1)
          const other = model('other', in2, out2)
          const hold = (of: Candidate, tokens: number) =>
            BigInt(promptBytes) * inputCeilingNanosPerToken(of.prices) +
            BigInt(choices * tokens) * outputCeilingNanosPerToken(of.prices)
          const needed = hold(called, output)
          const left = BigInt(Math.floor(Number(needed) * share))
          const decision = decisionOf([budget(left, false)], {
            heldNanos: needed.toString(),
            promptBytes,
            outputAllowed: output,
            outputAsked: output,
          })
          for (const way of waysOn(facts({ decision, model: called, candidates: [called, other], asked: 'called' }))) {
            const held =
              way.kind === 'output' ? hold(called, way.maximum) : way.kind === 'model' ? hold(other, output) : 0n
            expect(held).toBeLessThanOrEqual(left)
          }
        },
      ),
    )
  })
})

describe('ways around a model that is not allowed', () => {
  const denied = testedRule.parse({ rule: 'model', passed: false, used: 'gpt-5' })

  test('are models that the key may use, those with a like name first', () => {
    const decision = decisionOf([denied], { code: 'model_not_allowed', heldNanos: null })
    expect(waysOn(facts({ decision, candidates: [haiku, gpt5nano, gpt5mini] }))).toEqual([
      { kind: 'model', model: 'gpt-5-mini', costNanos: null },
      { kind: 'model', model: 'gpt-5-nano', costNanos: null },
      { kind: 'model', model: 'claude-haiku-4-5', costNanos: null },
    ])
  })

  test('are there for a model that does not exist', () => {
    const decision = decisionOf([], { code: 'model_not_found', heldNanos: null })
    const ways = waysOn(facts({ decision, model: null, asked: 'gpt-5-minii' }))
    expect(ways).toContainEqual({ kind: 'model', model: 'gpt-5-mini', costNanos: null })
  })

  test('are none for a dead key, and none for a call that was allowed', () => {
    expect(waysOn(facts({ decision: decisionOf([testedRule.parse({ rule: 'key_status', passed: false })]) }))).toEqual(
      [],
    )
    expect(waysOn(facts({ decision: decisionOf([budget(1n, true)], { code: null }) }))).toEqual([])
  })
})

describe('when the same call would have passed', () => {
  const at = 1_000_000
  const rule = (name: string, resetsAtMs: number | null = null, limit: string | null = null) =>
    testedRule.parse({ rule: name, passed: false, resetsAtMs, limit })

  test.each<[string, Parameters<typeof retryAtMs>[0], number | null]>([
    [
      'a bucket: as the caller was told',
      { atMs: at, message: 'Try again in 23 s.', heldNanos: null, rules: [rule('rpm', 9)] },
      at + 23_000,
    ],
    [
      'a bucket too small for this call',
      { atMs: at, message: 'needs more than that', heldNanos: null, rules: [rule('tpm', 9)] },
      null,
    ],
    ['a calendar limit: at its end', { atMs: at, message: null, heldNanos: null, rules: [rule('rpd', 77)] }, 77],
    [
      'calls at once: nobody can say',
      { atMs: at, message: 'Try again in 1 s.', heldNanos: null, rules: [rule('concurrency')] },
      null,
    ],
    [
      'a budget: with its next period',
      { atMs: at, message: null, heldNanos: '5', rules: [rule('budget_month', 99, '10')] },
      99,
    ],
    [
      'a budget smaller than the call',
      { atMs: at, message: null, heldNanos: '50', rules: [rule('budget_month', 99, '10')] },
      null,
    ],
    [
      'a budget without an end',
      { atMs: at, message: null, heldNanos: '5', rules: [rule('budget_total', null, '10')] },
      null,
    ],
    [
      'several: the last of them',
      { atMs: at, message: null, heldNanos: '5', rules: [rule('rpd', 77), rule('budget_day', 99, '10')] },
      99,
    ],
    ['policy: time does not help', { atMs: at, message: null, heldNanos: null, rules: [rule('model')] }, null],
  ])('%s', (_title, refused, expected) => {
    expect(retryAtMs(refused)).toBe(expected)
  })
})
