import { describe, expect, test } from 'vitest'
import { type Ending, generationMs, planEnding } from '#lib/demo/simulator/rules/plan-ending.ts'
import { type GenerationFacts, planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import { type Steering, UNSTEERED } from '#lib/demo/simulator/rules/steering.ts'

const plan = (steering: Partial<Steering>, facts: Partial<GenerationFacts> = {}) =>
  planGeneration({
    steering: { ...UNSTEERED, ...steering },
    promptTokens: 10,
    choices: 1,
    maximum: null,
    ...facts,
  })

describe('the tokens of a call', () => {
  test('are those of the text and 16 of output, when nobody says otherwise', () => {
    expect(plan({})).toEqual({
      choices: 1,
      prompt: 10,
      cached: 0,
      cacheWrite: 0,
      reasoning: 0,
      visible: 16,
      withheld: 0,
    })
  })

  test.each<[Partial<Steering>, number | null, object]>([
    [{ in: 0 }, null, { prompt: 0 }],
    [{ in: 1000, cached: 400, cache_write: 300 }, null, { prompt: 1000, cached: 400, cacheWrite: 300 }],
    [{ cached: 400, cache_write: 300 }, null, { prompt: 10, cached: 10, cacheWrite: 0 }],
    [{ out: 20 }, 20, { visible: 20, withheld: 0 }],
    [{ out: 20 }, 5, { visible: 5, withheld: 15 }],
    [{ out: 20, reasoning: 8 }, null, { reasoning: 8, visible: 12 }],
    [{ out: 20, reasoning: 8 }, 5, { reasoning: 5, visible: 0, withheld: 15 }],
  ])('with %o and a maximum of %s', (steering, maximum, expected) => {
    expect(plan(steering, { maximum })).toMatchObject(expected)
  })
})

describe('the ending of an answer', () => {
  test.each<[Partial<Steering>, Ending]>([
    [{}, { kind: 'whole', tokens: 16 }],
    [{ cut: 5 }, { kind: 'torn', tokens: 5 }],
    [{ cut: 99 }, { kind: 'torn', tokens: 16 }],
    [{ hang: 'stream' }, { kind: 'silent', tokens: 1 }],
    [
      { hang: 'stream', chunk: 4, cut: 5 },
      { kind: 'silent', tokens: 4 },
    ],
    [
      { hang: 'stream', chunk: 8, cut: 5 },
      { kind: 'torn', tokens: 5 },
    ],
  ])('with %o', (steering, ending) => {
    expect(planEnding({ ...UNSTEERED, ...steering }, plan(steering))).toEqual(ending)
  })
})

test('a plain answer takes as long as its stream would', () => {
  const steering = { ...UNSTEERED, ttft: 100, gap: 10, out: 20, chunk: 8 }
  expect(generationMs(steering, plan(steering))).toBe(100 + 2 * 10)
})
