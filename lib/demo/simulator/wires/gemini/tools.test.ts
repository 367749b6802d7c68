import { describe, expect, test } from 'vitest'
import {
  ask,
  calling,
  chunksOf,
  chunksOfArray,
  lastCall,
  startSimulatorForTests,
  tools,
  type Answer,
} from '#lib/testing/gemini-simulator.ts'

startSimulatorForTests()

describe('an answer to a request with functions', () => {
  const partsOf = (answer: Answer) => answer.candidates[0]!.content.parts ?? []
  const weatherCall = { functionCall: { name: 'get_weather', args: { city: 'simulated', days: 1 } } }

  test.each([
    ['@sim tool', 'get_time', {}],
    ['@sim tool=unknown', 'get_time', {}],
    ['@sim tool=get_weather', 'get_weather', { city: 'simulated', days: 1 }],
  ])('%s calls %s', async (text, name, args) => {
    const answer = await ask(text, { tools })
    expect(partsOf(answer)).toEqual([{ functionCall: { name, args } }])
    expect(answer.candidates[0]!.finishReason).toBe('STOP')
    expect(answer.usageMetadata!.candidatesTokenCount).toBe(16)
  })

  test('takes the schema from parametersJsonSchema too', async () => {
    const parametersJsonSchema = { type: 'object', properties: { city: { type: 'string' } } }
    const answer = await ask('@sim tool', { tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema }] }] })
    expect(partsOf(answer)).toEqual([{ functionCall: { name: 'f', args: { city: 'simulated' } } }])
  })

  test.each([
    ['is called in mode ANY', { mode: 'ANY' }, 'get_time'],
    ['that is allowed is called in mode ANY', { mode: 'ANY', allowedFunctionNames: ['get_weather'] }, 'get_weather'],
  ])('the first function %s, without being steered', async (_what, config, name) => {
    const answer = await ask('hello', { tools, ...calling(config) })
    expect(partsOf(answer)).toMatchObject([{ functionCall: { name } }])
  })

  const looped = [
    { role: 'user', parts: [{ text: '@sim tool out=5' }] },
    { role: 'model', parts: [{ functionCall: { name: 'get_time', args: {} } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'get_time', response: { time: 'noon' } } }] },
  ]

  test.each([
    ['without being steered', 'hello', { tools }],
    ['when there are no functions', '@sim tool', { tools: [{ googleSearch: {} }] }],
    ['in mode NONE', '@sim tool', { tools, ...calling({ mode: 'NONE' }) }],
    ['when a function has responded', '', { tools, contents: looped }],
  ])('is text %s', async (_when, text, extra) => {
    expect(partsOf(await ask(text, extra))).toEqual([{ text: expect.stringMatching(/^This is/) }])
  })

  test('is steered by the question that led to a function\u2019s response', async () => {
    const { usageMetadata } = await ask('', { tools, contents: looped })
    expect(usageMetadata!.candidatesTokenCount).toBe(5)
  })

  test.each([
    ['events', chunksOf],
    ['an array', chunksOfArray],
  ])('streamed as %s has the call whole, with the reason', async (_form, read) => {
    const chunks = await read('@sim tool=get_weather out=9 chunk=4', { tools })
    expect(chunks.map(partsOf)).toEqual([[], [], [], [weatherCall]])
    expect(chunks.at(-1)!.candidates[0]!.finishReason).toBe('STOP')
    expect(chunks.at(-1)!.usageMetadata!.candidatesTokenCount).toBe(9)
    expect((await lastCall()).usage.completion_tokens).toBe(9)
  })

  test('loses the call to a maximum that falls within it', async () => {
    const { candidates } = await ask('@sim tool out=20', { tools, generationConfig: { maxOutputTokens: 10 } })
    expect(candidates).toEqual([{ content: { role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 }])
  })
})
