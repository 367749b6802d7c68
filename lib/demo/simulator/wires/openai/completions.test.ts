import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '#lib/demo/simulator/server.ts'

let simulator: Simulator
let client: OpenAI

beforeAll(async () => {
  simulator = await startSimulator()
  client = new OpenAI({ baseURL: `${simulator.url}/openai/v1`, apiKey: 'sk-anything', maxRetries: 0 })
})
afterAll(() => simulator.close())

const model = 'gpt-3.5-turbo-instruct'
const complete = (extra: Partial<OpenAI.CompletionCreateParamsNonStreaming> = {}) =>
  client.completions.create({ model, prompt: 'parcel', ...extra })

describe('a completion with the official client', () => {
  test('has text and usage, and goes on from the bare prompt', async () => {
    const answer = await complete()
    expect(answer).toMatchObject({ object: 'text_completion', model })
    expect(answer.choices).toMatchObject([{ index: 0, finish_reason: 'stop', logprobs: null }])
    expect(answer.choices[0]!.text).toMatch(/^This is a simulated answer/)
    expect(answer.usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 16, total_tokens: 18 })
  })

  test('ends at 16 tokens unless the caller names a maximum', async () => {
    const unnamed = await complete({ prompt: '@sim out=40' })
    const named = await complete({ prompt: '@sim out=40', max_tokens: 20 })
    expect([unnamed.choices[0]!.finish_reason, unnamed.usage!.completion_tokens]).toEqual(['length', 16])
    expect([named.choices[0]!.finish_reason, named.usage!.completion_tokens]).toEqual(['length', 20])
  })

  test.each<[OpenAI.CompletionCreateParams['prompt'], number, number]>([
    ['parcel', 2, 1],
    [['parcel', 'van'], 3, 2],
    [[1, 2, 3], 3, 1],
    [[[1, 2, 3], [4]], 4, 2],
    [null, 4, 1],
  ])('of %j has %i prompt tokens and %i choices', async (prompt, tokens, choices) => {
    const answer = await complete({ prompt })
    expect([answer.usage!.prompt_tokens, answer.choices.length]).toEqual([tokens, choices])
    expect(answer.usage!.completion_tokens).toBe(16 * choices)
  })

  test('of the best of several is billed for all of them', async () => {
    const answer = await complete({ n: 2, best_of: 5, max_tokens: 10 })
    expect([answer.choices.length, answer.usage!.completion_tokens]).toEqual([2, 50])
  })

  test('repeats the prompt before the text when told to', async () => {
    const { choices } = await complete({ prompt: 'He said "hi". ', echo: true })
    expect(choices[0]!.text).toMatch(/^He said "hi"\. This is a simulated/)
  })

  test('streams its text, and its usage only where that is asked for', async () => {
    const collect = async (extra: Partial<OpenAI.CompletionCreateParamsStreaming>) => {
      const stream = await client.completions.create({ model, prompt: '@sim out=5', stream: true, ...extra })
      const chunks: OpenAI.Completion[] = []
      for await (const chunk of stream) chunks.push(chunk)
      return chunks
    }
    const plain = await collect({})
    expect(plain.map((chunk) => chunk.choices[0]!.text).join('')).toHaveLength(20)
    expect(plain.at(-1)!.choices[0]!.finish_reason).toBe('stop')
    expect(plain.every((chunk) => !('usage' in chunk))).toBe(true)
    const asked = await collect({ stream_options: { include_usage: true } })
    expect(asked.pop()).toMatchObject({ choices: [], usage: { completion_tokens: 5 } })
    expect(asked.every((chunk) => chunk.usage === null)).toBe(true)
  })

  test.each([
    ['a prompt that is a number', { prompt: 5 }, 'prompt'],
    ['no prompts', { prompt: [] }, 'prompt'],
    ['fewer candidates than choices', { n: 3, best_of: 2 }, 'best_of'],
    ['candidates in a stream', { best_of: 2, stream: true }, 'best_of'],
  ])('with %s is refused by name', async (_what, extra, param) => {
    await expect(complete(extra as object)).rejects.toMatchObject({ status: 400, param })
  })
})

describe('moderations with the official client', () => {
  test.each<[string, OpenAI.ModerationCreateParams['input'], number]>([
    ['a text', 'hello', 1],
    ['texts', ['hello', 'there'], 2],
    [
      'a text with a picture',
      [
        { type: 'text', text: 'hello' },
        { type: 'image_url', image_url: { url: 'https://example.test/a.png' } },
      ],
      1,
    ],
  ])('flag nothing: %s', async (_what, input, results) => {
    const answer = await client.moderations.create({ input })
    expect(answer).not.toHaveProperty('usage')
    expect(answer.model).toBe('omni-moderation-latest')
    expect(answer.results.map(({ flagged }) => flagged)).toEqual(Array(results).fill(false))
    expect(Object.values(answer.results[0]!.categories).some(Boolean)).toBe(false)
  })

  test('bill nothing', async () => {
    await fetch(`${simulator.url}/_sim/calls`, { method: 'DELETE' })
    await client.moderations.create({ input: '@sim in=50 hello' })
    expect(simulator.totals()).toMatchObject({ calls: 1, prompt_tokens: 0, completion_tokens: 0 })
  })

  test('fail when they are told to', async () => {
    await expect(client.moderations.create({ input: '@sim error=500' })).rejects.toBeInstanceOf(
      OpenAI.InternalServerError,
    )
  })
})
