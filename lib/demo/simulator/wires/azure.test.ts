import OpenAI, { AzureOpenAI } from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { type Simulator, startSimulator } from '#lib/demo/simulator/server.ts'

let simulator: Simulator
let client: AzureOpenAI
beforeAll(async () => {
  simulator = await startSimulator()
  client = new AzureOpenAI({
    endpoint: `${simulator.url}/azure`,
    apiKey: 'anything',
    apiVersion: '2024-10-21',
    maxRetries: 0,
  })
})
beforeEach(() => fetch(`${simulator.url}/_sim/calls`, { method: 'DELETE' }))
afterAll(() => simulator.close())

const model = 'chat-eu'
const user = (content: string) => [{ role: 'user' as const, content }]
const calls = async () => (await (await fetch(`${simulator.url}/_sim/calls`)).json()) as CallEntry[]

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${simulator.url}/azure${path}`, { method: 'POST', body: JSON.stringify(body) })
}

describe('a chat with the official client', () => {
  test('is answered as OpenAI answers it, with what the filter says of the prompt and of each choice', async () => {
    const answer = await client.chat.completions.create({ model, n: 2, messages: user('@sim in=40 out=5 hi') })
    const passed = { hate: { filtered: false, severity: 'safe' } }
    expect(answer).toMatchObject({
      model,
      prompt_filter_results: [{ prompt_index: 0, content_filter_results: passed }],
      choices: [{ content_filter_results: passed }, { content_filter_results: passed }],
      usage: { prompt_tokens: 40, completion_tokens: 10 },
    })
  })

  test('streams, first a chunk about the prompt that has no choice, then the answer, then the usage', async () => {
    const stream = await client.chat.completions.create({
      model,
      messages: user('@sim in=40 out=5 hi'),
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks: OpenAI.Chat.ChatCompletionChunk[] = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks[0]).toMatchObject({ id: '', model: '', choices: [], prompt_filter_results: [{ prompt_index: 0 }] })
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 40, completion_tokens: 5 } })
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
    const plain = await client.chat.completions.create({ model, messages: user('@sim in=40 out=5 hi') })
    expect(text).toBe(plain.choices[0]!.message.content)
    expect(chunks.slice(1, -1).every(({ choices }) => 'content_filter_results' in choices[0]!)).toBe(true)
  })

  test('is in the journal by its deployment, and has Azure’s headers', async () => {
    const { response } = await client.chat.completions.create({ model, messages: user('hi') }).withResponse()
    const [call] = await calls()
    expect(call).toMatchObject({
      provider: 'azure',
      model,
      path: `/azure/openai/deployments/${model}/chat/completions`,
      headers: { 'api-key': 'anything' },
    })
    expect(response.headers.get('apim-request-id')).toBe(call!.id)
    expect(response.headers.get('x-ms-region')).toBe('Simulated')
  })

  test('that fails has Azure’s error, whose code is the status', async () => {
    const failing = client.chat.completions.create({ model, messages: user('@sim error=429 retry_after=7 hi') })
    await expect(failing).rejects.toMatchObject({
      status: 429,
      error: { code: '429', message: expect.stringContaining('429') as string },
    })
  })
})

test('embeddings are answered at their deployment', async () => {
  const answer = await client.embeddings.create({ model: 'embed-eu', input: ['four', 'more'] })
  expect(answer).toMatchObject({ model: 'embed-eu', data: [{ index: 0 }, { index: 1 }], usage: { prompt_tokens: 2 } })
})

describe('the surface', () => {
  test('of deployments does not look at the model in the body', async () => {
    const answer = await post('/openai/deployments/chat%20eu/chat/completions?api-version=2024-10-21', {
      model: 'another',
      messages: user('hi'),
    })
    expect(await answer.json()).toMatchObject({ model: 'chat eu' })
  })

  test('of deployments has responses beside them, for the deployment in the body', async () => {
    const answer = await client.responses.create({ model, input: '@sim out=3 hi' })
    expect(answer).toMatchObject({ model, usage: { output_tokens: 3 } })
  })

  test.each([
    '/openai/responses',
    '/openai/deployments/chat-eu/chat/completions',
    '/openai/deployments/chat-eu/chat/completions?api-version=preview',
    '/openai/deployments/chat-eu/nothing?api-version=2024-10-21',
    '/openai/v1/nothing',
    '/openai/v1/models',
  ])('has nothing at POST %s', async (path) => {
    const answer = await post(path, { model, messages: user('hi') })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({ error: { code: '404', message: 'Resource not found' } })
  })

  test('v1 takes OpenAI’s client, with the deployment as the model', async () => {
    const v1 = new OpenAI({ baseURL: `${simulator.url}/azure/openai/v1`, apiKey: 'anything', maxRetries: 0 })
    const answer = await v1.chat.completions.create({ model, messages: user('@sim out=3 hi') })
    expect(answer).toMatchObject({ model, prompt_filter_results: [{}], usage: { completion_tokens: 3 } })
    expect((await v1.models.list()).data.map(({ id }) => id)).toContain('gpt-4o')
  })

  test('v1 has no dated versions', async () => {
    const body = { model, messages: user('hi') }
    expect((await post('/openai/v1/chat/completions?api-version=preview', body)).status).toBe(200)
    expect((await post('/openai/v1/chat/completions?api-version=2024-10-21', body)).status).toBe(400)
  })
})

describe('the token endpoint of a tenant', () => {
  const ask = (fields: Record<string, string>) =>
    fetch(`${simulator.url}/azure/fernhill.example/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'app',
        client_secret: 's3cret',
        scope: 'https://cognitiveservices.azure.com/.default',
        ...fields,
      }),
    })

  test('gives a token of the shape of a JWT for client credentials', async () => {
    const answer = await ask({})
    expect(await answer.json()).toMatchObject({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string,
      expires_in: 3599,
    })
  })

  test.each([
    [{ client_secret: 'wrong' }, 401, 'invalid_client'],
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
    [{ scope: 'https://cognitiveservices.azure.com' }, 400, 'invalid_scope'],
  ])('refuses %j', async (fields, status, error) => {
    const answer = await ask(fields as Record<string, string>)
    expect([answer.status, await answer.json()]).toMatchObject([status, { error }])
  })
})
