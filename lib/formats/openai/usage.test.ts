import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tokensOf } from '#lib/formats/openai/usage.ts'

describe('the usage that a provider reports', () => {
  test.each([
    ['plain', { prompt_tokens: 10, completion_tokens: 5 }, { input: 10, output: 5 }],
    ['without output, as embeddings', { prompt_tokens: 10, total_tokens: 10 }, { input: 10 }],
    ['with output of none', { prompt_tokens: 10, completion_tokens: 0 }, { input: 10, output: 0 }],
    ['with details that are null', { prompt_tokens: 1, prompt_tokens_details: null }, { input: 1 }],
    [
      'with cached and written tokens inside the prompt',
      {
        prompt_tokens: 100,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 10 },
      },
      { input: 50, cached_read: 40, cache_write_5m: 10, output: 5 },
    ],
    [
      'with audio on both sides',
      {
        prompt_tokens: 30,
        completion_tokens: 20,
        prompt_tokens_details: { audio_tokens: 10 },
        completion_tokens_details: { audio_tokens: 5 },
      },
      { input: 20, audio_input: 10, output: 15, audio_output: 5 },
    ],
    [
      'with reasoning, which is a part of the output',
      { prompt_tokens: 1, completion_tokens: 20, completion_tokens_details: { reasoning_tokens: 12 } },
      { input: 1, output: 20, reasoning: 12 },
    ],
    [
      'with more reasoning than output, of which only the output counts',
      { prompt_tokens: 1, completion_tokens: 20, completion_tokens_details: { reasoning_tokens: 50 } },
      { input: 1, output: 20, reasoning: 20 },
    ],
    [
      'with facts that nobody knows yet',
      { prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: { tree_tokens: 4 }, mood: 'good' },
      { input: 1, output: 2 },
    ],
  ])('%s is a vector of disjoint tokens', (_name, usage, tokens) => {
    expect(tokensOf(usage)).toEqual(tokens)
  })

  test.each([
    ['missing', undefined],
    ['null', null],
    ['a number', 5],
    ['a list', []],
    ['without a prompt', { completion_tokens: 5 }],
    ['negative', { prompt_tokens: -1, completion_tokens: 5 }],
    ['negative in a detail', { prompt_tokens: 5, prompt_tokens_details: { cached_tokens: -5 } }],
    ['fractional', { prompt_tokens: 1.5 }],
    ['1e308', { prompt_tokens: 1e308 }],
    ['more than a thousand million', { prompt_tokens: 1_000_000_001 }],
    ['infinite', { prompt_tokens: 1, completion_tokens: Infinity }],
    ['not a number', { prompt_tokens: Number.NaN }],
    ['text', { prompt_tokens: '5' }],
    ['more cached than sent', { prompt_tokens: 5, prompt_tokens_details: { cached_tokens: 6 } }],
    [
      'more audio than output',
      { prompt_tokens: 5, completion_tokens: 1, completion_tokens_details: { audio_tokens: 2 } },
    ],
  ])('%s is not billed', (_name, usage) => {
    expect(tokensOf(usage)).toBeNull()
  })

  const figure = fc.oneof(fc.nat(1_000), fc.integer(), fc.double(), fc.constantFrom(null, undefined, '7', {}))
  const details = fc.option(
    fc.record({ cached_tokens: figure, cache_write_tokens: figure, audio_tokens: figure, reasoning_tokens: figure }),
  )

  test('of whatever figures gives counts that are whole, not negative, and add up to what was reported', () => {
    fc.assert(
      fc.property(figure, figure, details, details, (prompt, completion, promptDetails, completionDetails) => {
        const tokens = tokensOf({
          prompt_tokens: prompt,
          completion_tokens: completion,
          prompt_tokens_details: promptDetails,
          completion_tokens_details: completionDetails,
        })
        if (!tokens) return
        expect(Object.values(tokens).every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true)
        const { input = 0, cached_read = 0, cache_write_5m = 0, audio_input = 0, output = 0, audio_output = 0 } = tokens
        // A zero may come with a minus: adding one takes that away.
        expect(input + cached_read + cache_write_5m + audio_input).toBe(Number(prompt) + 0)
        expect(output + audio_output).toBe(Number(completion ?? 0) + 0)
        expect(tokens.reasoning ?? 0).toBeLessThanOrEqual(output)
      }),
      { numRuns: 2_000 },
    )
  })

  test('of any JSON at all breaks nothing', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void tokensOf(value)))
  })
})
