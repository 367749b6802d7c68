import { describe, expect, test } from 'vitest'
import {
  ask,
  lastCall,
  model,
  post,
  said,
  startSimulatorForTests,
  type Members,
} from '#lib/testing/gemini-simulator.ts'

startSimulatorForTests()

describe('countTokens', () => {
  const count = async (body: Members) => {
    const answer = await post(`/models/${model}:countTokens`, body)
    expect(answer.status).toBe(200)
    return (await answer.json()) as unknown
  }

  test.each([said('hello there'), said('@sim in=777 hello')])('of %j is what the answer bills', async (body) => {
    const { usageMetadata } = await ask('', body)
    expect(await count(body)).toEqual({ totalTokens: usageMetadata!.promptTokenCount })
  })

  test('of a whole request counts the system instruction', async () => {
    const whole = said('hello', { model: `models/${model}`, system_instruction: { parts: [{ text: 'be brief' }] } })
    expect(await count({ generateContentRequest: whole })).toEqual({ totalTokens: 2 + 2 + 2 * 3 + 3 })
  })

  test('bills nothing', async () => {
    await count(said('@sim in=777 out=50 reasoning=9 cached=5 hello'))
    const { usage, finished, path } = await lastCall()
    expect(path).toMatch(/:countTokens$/)
    expect(finished).toBe('done')
    expect(new Set(Object.values(usage))).toEqual(new Set([0]))
  })

  test('fails when it is told to', async () => {
    expect((await post(`/models/${model}:countTokens`, said('@sim error=503'))).status).toBe(503)
  })
})
