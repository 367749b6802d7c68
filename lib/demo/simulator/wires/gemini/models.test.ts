import { describe, expect, test } from 'vitest'
import { model, post, said, simulator, startSimulatorForTests, type Members } from '#lib/testing/gemini-simulator.ts'

startSimulatorForTests()

describe('models', () => {
  const get = (path: string) => fetch(`${simulator.url}/gemini/v1beta${path}`)

  test('are listed with what they can do', async () => {
    const { models } = (await (await get('/models?pageSize=50')).json()) as { models: readonly Members[] }
    expect(models).toContainEqual(
      expect.objectContaining({
        name: `models/${model}`,
        displayName: 'Gemini 2.5 Flash',
        inputTokenLimit: 1_048_576,
        outputTokenLimit: 65_536,
        supportedGenerationMethods: expect.arrayContaining(['generateContent', 'countTokens']),
      }),
    )
    const embedder = models.find(({ name }) => name === 'models/gemini-embedding-001')
    expect(embedder!.supportedGenerationMethods).toContain('embedContent')
    expect(embedder!.supportedGenerationMethods).not.toContain('generateContent')
  })

  test('are found by name, and are no calls', async () => {
    expect(await (await get(`/models/${model}`)).json()).toMatchObject({ name: `models/${model}` })
    expect(simulator.totals().calls).toBe(0)
  })

  test('that are unknown are not found, but answer', async () => {
    const answer = await get('/models/gemini-0')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } })
    expect((await post('/models/gemini-0:generateContent', said('hi'))).status).toBe(200)
  })
})
