import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { startSimulator, type Simulator } from '#lib/demo/simulator/server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

const models = '/v1/projects/fernhill/locations/global/publishers'
const claude = {
  anthropic_version: 'vertex-2023-10-16',
  max_tokens: 64,
  messages: [{ role: 'user', content: '@sim out=4 hi' }],
}
const gemini = { contents: [{ role: 'user', parts: [{ text: '@sim out=4 hi' }] }] }

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${simulator.url}/vertex${path}`, { method: 'POST', body: JSON.stringify(body) })
}

async function lastCall(): Promise<CallEntry> {
  return ((await (await fetch(`${simulator.url}/_sim/calls`)).json()) as CallEntry[]).at(-1)!
}

describe('the simulated Vertex AI', () => {
  test('answers for a Gemini, whole and as events', async () => {
    const whole = await post(`${models}/google/models/gemini-2.5-flash:generateContent`, gemini)
    expect(await whole.json()).toMatchObject({ usageMetadata: { candidatesTokenCount: 4 } })
    expect(await lastCall()).toMatchObject({ provider: 'vertex', model: 'gemini-2.5-flash', finished: 'done' })
    const events = await post(`${models}/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse`, gemini)
    expect(events.headers.get('content-type')).toContain('text/event-stream')
    expect(await events.text()).toContain('"finishReason":"STOP"')
  })

  test('embeds, each text with its own count', async () => {
    const body = { instances: [{ content: 'four' }, { content: '@sim in=5 hi', task_type: 'CLUSTERING' }] }
    const path = `${models}/google/models/text-embedding-005:predict`
    const answer = await post(path, { ...body, parameters: { outputDimensionality: 8 } })
    expect(await answer.json()).toEqual({
      predictions: [1, 4].map((count) => ({
        embeddings: { statistics: { truncated: false, token_count: count }, values: expect.any(Array) as number[] },
      })),
    })
    expect((await lastCall()).usage.prompt_tokens).toBe(5)
    const many = await post(`${models}/google/models/gemini-embedding-001:predict`, body)
    expect(many.status).toBe(400)
  })

  test('answers for a Claude by the model of the address', async () => {
    const answer = await post(`${models}/anthropic/models/claude-sonnet-4-5@20250929:rawPredict`, claude)
    expect(await answer.json()).toMatchObject({ model: 'claude-sonnet-4-5@20250929', usage: { output_tokens: 4 } })
    const streamed = await post(`${models}/anthropic/models/claude:streamRawPredict`, { ...claude, stream: true })
    expect(await streamed.text()).toContain('event: message_stop')
  })

  test.each([
    ['of the first version under its other name', { anthropic_version: '2023-06-01' }, 'anthropic_version'],
    ['without a version', { anthropic_version: undefined }, 'anthropic_version'],
    ['with a model in the body', { model: 'claude' }, 'model: Extra inputs are not permitted'],
  ])('refuses a Claude’s request %s', async (_what, fields, message) => {
    const answer = await post(`${models}/anthropic/models/claude:rawPredict`, { ...claude, ...fields })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      type: 'error',
      error: { message: expect.stringContaining(message) as string },
    })
  })

  test('refuses the id of a Gemini’s call, which its other API gives out', async () => {
    const parts = [{ functionCall: { id: 'call_1', name: 'find', args: {} } }]
    const request = { contents: [...gemini.contents, { role: 'model', parts }] }
    const answer = await post(`${models}/google/models/gemini-2.5-flash:generateContent`, request)
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { message: expect.stringContaining(`"id" at 'contents[1].parts[0].functionCall'`) as string } },
    ])
  })

  test('counts the tokens of the model in the body', async () => {
    const answer = await post(`${models}/anthropic/models/count-tokens:rawPredict`, { ...claude, model: 'claude' })
    expect(await answer.json()).toEqual({ input_tokens: expect.any(Number) as number })
    expect(await lastCall()).toMatchObject({ model: 'claude' })
  })

  test.each([
    `${models}/meta/models/llama:rawPredict`,
    `${models}/google/models/gemini:rawPredict`,
    `${models}/google/models/gemini:embedContent`,
    '/v1/projects/a/b/locations/c/publishers/google/models/x:generateContent',
  ])('has nothing at %s', async (path) => {
    const answer = await post(path, gemini)
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { status: 'NOT_FOUND' } }])
  })
})

describe('the simulated token endpoint', () => {
  const jwt = 'aGVhZA.Ym9keQ.c2lnbg'
  const grant = 'urn:ietf:params:oauth:grant-type:'
  const ask = (form: Record<string, string>) =>
    fetch(`${simulator.url}/vertex/token`, { method: 'POST', body: new URLSearchParams(form) })

  test.each([
    ['an assertion', { grant_type: `${grant}jwt-bearer`, assertion: jwt }],
    ['a federated token', { grant_type: `${grant}token-exchange`, subject_token: jwt, audience: '//iam' }],
  ])('gives a token for %s', async (_what, form) => {
    const answer = await ask(form)
    expect([answer.status, await answer.json()]).toMatchObject([200, { token_type: 'Bearer', expires_in: 3599 }])
  })

  test.each([
    [{ grant_type: `${grant}jwt-bearer`, assertion: 'no' }, 'invalid_grant'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: `${grant}token-exchange`, subject_token: jwt }, 'invalid_request'],
  ])('refuses %j', async (form, error) => {
    const answer = await ask(form as Record<string, string>)
    expect([answer.status, await answer.json()]).toMatchObject([400, { error }])
  })
})
