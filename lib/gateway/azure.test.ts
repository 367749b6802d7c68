/**
 * What Azure's clients are promised of every model, and what everybody is promised of models at Azure, through a real
 * socket, on both mounts.
 */
import OpenAI, { AzureOpenAI } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sealCredential } from '#lib/providers/credentials/seal-credential.ts'
import { lastEventOf, lastSimulatedCall } from '#lib/testing/calls.ts'
import { addCredential } from '#lib/testing/scripted-provider.ts'
import { miniPrice, mounts, startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'

const credential = '0123456789abcdef0123456789abcdef'

/** Catalogue name, deployment at Azure, what it serves, and the surface that it is reached at. */
const models = [
  ['gpt-azure', 'chat-eu', 'chat', '/azure/openai'],
  ['gpt-azure-v1', 'chat-us', 'chat', '/azure/openai/v1'],
  ['embed-azure', 'embed-eu', 'embeddings', '/azure/openai'],
] as const

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
  await g.change(['catalog'], async ({ db }) => {
    for (const [id, basePath] of [
      ['prov_azure', '/azure/openai'],
      ['prov_azure_v1', '/azure/openai/v1'],
    ] as const) {
      const sealed = sealCredential(g.config.masterKey, { providerId: id, credentialId: `cred_${id}` }, credential)
      await db.provider.create({
        data: {
          id,
          name: id.slice(5).replace('_', '-'),
          displayName: 'Azure OpenAI',
          kind: 'azure',
          baseUrl: g.simulator.url + basePath,
          simulated: true,
          credentials: { create: { id: `cred_${id}`, label: 'Key 1', ...sealed } },
        },
      })
    }
    for (const [name, upstreamModel, endpoint, basePath] of models) {
      await db.model.create({
        data: {
          id: `model_${name}`,
          name,
          displayName: name,
          vendor: 'openai',
          endpoints: [endpoint],
          maxOutputTokens: endpoint === 'chat' ? 16_384 : null,
          deployments: {
            create: {
              id: `depl_${name}`,
              providerId: basePath.endsWith('/v1') ? 'prov_azure_v1' : 'prov_azure',
              upstreamModel,
            },
          },
          prices: {
            create: { id: `price_${name}`, nanosPerMillion: miniPrice, effectiveFrom: new Date(0), source: 'test' },
          },
        },
      })
    }
  })
}, 60_000)
afterAll(() => g?.close())

const user = (content: string) => [{ role: 'user' as const, content }]

describe.each(mounts)('through the %s', (mount) => {
  function azureClient(key: TestKey, apiVersion = '2024-10-21'): AzureOpenAI {
    return new AzureOpenAI({ endpoint: `${g.urlOf(mount)}/azure`, apiKey: key.text, apiVersion, maxRetries: 0 })
  }

  function openaiClient(key: TestKey, base = '/v1'): OpenAI {
    return new OpenAI({ baseURL: g.urlOf(mount) + base, apiKey: key.text, maxRetries: 0 })
  }

  function post(key: TestKey, path: string, body: object): Promise<Response> {
    return fetch(`${g.urlOf(mount)}/azure/openai${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'api-key': key.text },
      body: JSON.stringify(body),
    })
  }

  const eventOf = (key: TestKey) => lastEventOf(g, key.id)
  const lastCall = () => lastSimulatedCall(g)

  describe('Azure’s own client', () => {
    test('chats with a model of any provider by its name in the catalogue', async () => {
      const key = await g.makeKey()
      const chat = await azureClient(key).chat.completions.create({
        model: 'gpt-4o-mini',
        messages: user('@sim in=40 out=5 hi'),
      })
      expect(chat).toMatchObject({ model: 'gpt-4o-mini', usage: { prompt_tokens: 40, completion_tokens: 5 } })
      expect(await eventOf(key)).toMatchObject({
        outcome: 'served',
        endpoint: 'chat',
        provider: 'openai',
        model: 'gpt-4o-mini',
        costNanos: String(40 * 150 + 5 * 600),
      })
      expect((await lastCall()).path).toBe('/openai/v1/chat/completions')
    })

    test('chats with a model at Azure, whose deployment it need not know', async () => {
      const key = await g.makeKey()
      const { data, response } = await azureClient(key)
        .chat.completions.create({ model: 'gpt-azure', messages: user('@sim in=40 out=5 hi') })
        .withResponse()
      expect(data).toMatchObject({ model: 'chat-eu', prompt_filter_results: [{ prompt_index: 0 }] })
      expect(response.headers.get('x-gatehouse-provider')).toBe('azure')
      expect((await lastCall()).path).toBe('/azure/openai/deployments/chat-eu/chat/completions')
    })

    test('streams, the chunk about the prompt first, and sees no usage that it did not ask for', async () => {
      const key = await g.makeKey()
      const stream = await azureClient(key).chat.completions.create({
        model: 'gpt-azure',
        messages: user('@sim in=40 out=5 hi'),
        stream: true,
      })
      const chunks: OpenAI.Chat.ChatCompletionChunk[] = []
      for await (const chunk of stream) chunks.push(chunk)
      expect(chunks[0]).toMatchObject({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] })
      expect(chunks[1]).toMatchObject({ choices: [{ content_filter_results: { hate: { filtered: false } } }] })
      expect(chunks.slice(1).every(({ choices, usage }) => choices.length === 1 && !usage)).toBe(true)
      expect(await eventOf(key)).toMatchObject({
        outcome: 'served',
        provider: 'azure',
        model: 'gpt-azure',
        modelServed: 'chat-eu',
        stream: true,
        tokens: { input: 40, output: 5 },
        estimated: false,
        costNanos: String(40 * 150 + 5 * 600),
      })
    })

    test('has the usage chunk of a stream where it asks for it', async () => {
      const key = await g.makeKey()
      const stream = await azureClient(key).chat.completions.create({
        model: 'gpt-azure',
        messages: user('@sim in=40 out=5 hi'),
        stream: true,
        stream_options: { include_usage: true },
      })
      const chunks: OpenAI.Chat.ChatCompletionChunk[] = []
      for await (const chunk of stream) chunks.push(chunk)
      expect(chunks.filter(({ usage }) => usage)).toHaveLength(1)
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 40, completion_tokens: 5 } })
    })

    test.each(['text-embedding-3-small', 'embed-azure'])('embeds with %s', async (model) => {
      const key = await g.makeKey()
      const answer = await azureClient(key).embeddings.create({ model, input: 'Depot' })
      expect(answer.data[0]!.embedding).toHaveLength(1536)
      expect(await eventOf(key)).toMatchObject({
        outcome: 'served',
        endpoint: 'embeddings',
        model,
        tokens: { input: 2 },
      })
    })

    test('lists the models that its key may use', async () => {
      const key = await g.makeKey({ models: ['gpt-azure'] })
      expect((await azureClient(key).models.list()).data.map(({ id }) => id)).toEqual(['gpt-azure'])
    })

    test.each([
      ['a model that is none', {}, 404, 'model_not_found', 'gpt-none'],
      ['a model that the key may not use', { models: ['gpt-4o'] }, 403, 'model_not_allowed', 'gpt-azure'],
      ['a budget that is used up', { budget: { amountNanos: 1n } }, 429, 'insufficient_quota', 'gpt-azure'],
    ])('is refused %s with an error that it can read', async (_what, wish, status, code, model) => {
      const key = await g.makeKey(wish)
      const asked = azureClient(key).chat.completions.create({ model, messages: user('hi') })
      await expect(asked).rejects.toMatchObject({ status, code, error: { gatehouse: { code } } })
    })

    test('without a key of ours is nobody', async () => {
      const asked = azureClient({ id: 'key_none', text: credential }).models.list()
      await expect(asked).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
    })
  })

  describe('the address of a deployment', () => {
    test.each(['gpt-4o-mini', 'gpt-azure'])('names the model where the body names none: %s', async (model) => {
      const key = await g.makeKey()
      const answer = await post(key, `/deployments/${model}/chat/completions?api-version=2024-10-21`, {
        messages: user('hi'),
      })
      expect(answer.status).toBe(200)
      expect(await eventOf(key)).toMatchObject({ outcome: 'served', model })
    })

    test.each(['gpt-4o-mini', 'gpt-azure', 'gpt-azure-v1'])(
      'decides for %s where the body says another',
      async (model) => {
        const key = await g.makeKey({ models: [model] })
        const answer = await post(key, `/deployments/${model}/chat/completions?api-version=2024-10-21`, {
          model: 'gpt-4o',
          messages: user('hi'),
        })
        expect(answer.status).toBe(200)
        expect(await eventOf(key)).toMatchObject({ outcome: 'served', model })
        // What was billed is what the provider was asked for.
        expect((await lastCall()).model).toBe(models.find(([name]) => name === model)?.[1] ?? model)
      },
    )

    test('is not stretched by a model that the key may use in the body', async () => {
      const key = await g.makeKey({ models: ['gpt-4o-mini'] })
      const answer = await post(key, '/deployments/gpt-4o/chat/completions?api-version=2024-10-21', {
        model: 'gpt-4o-mini',
        messages: user('hi'),
      })
      expect(answer.status).toBe(403)
    })
  })

  test('OpenAI’s client finds the v1 surface under /azure too', async () => {
    const key = await g.makeKey()
    const client = openaiClient(key, '/azure/openai/v1')
    const chat = await client.chat.completions.create({ model: 'gpt-azure-v1', messages: user('@sim in=40 out=5 hi') })
    expect(chat).toMatchObject({ model: 'chat-us', usage: { prompt_tokens: 40, completion_tokens: 5 } })
    expect((await client.models.retrieve('gpt-azure-v1')).id).toBe('gpt-azure-v1')
  })

  describe('OpenAI’s client', () => {
    test.each([
      ['gpt-azure', '/azure/openai/deployments/chat-eu/chat/completions', 'chat-eu', 'azure'],
      ['gpt-azure-v1', '/azure/openai/v1/chat/completions', 'chat-us', 'azure-v1'],
    ])('reaches %s at %s', async (model, path, deployment, provider) => {
      const key = await g.makeKey()
      await openaiClient(key).chat.completions.create({ model, messages: user('@sim in=40 out=5 cached=10 hi') })
      expect(await lastCall()).toMatchObject({ provider: 'azure', path, model: deployment, finished: 'done' })
      expect(await eventOf(key)).toMatchObject({
        outcome: 'served',
        provider,
        model,
        modelServed: deployment,
        tokens: { input: 30, cached_read: 10, output: 5 },
        estimated: false,
        costNanos: String(30 * 150 + 10 * 75 + 5 * 600),
      })
    })

    test.each(['gpt-azure', 'gpt-azure-v1'])(
      'never sees the credential of %s, nor does Azure see the caller’s key',
      async (model) => {
        const key = await g.makeKey()
        const { data, response } = await openaiClient(key)
          .chat.completions.create(
            { model, messages: user('hi') },
            { headers: { 'api-key': key.text, 'x-api-key': key.text }, query: { key: key.text } },
          )
          .withResponse()
        const { headers } = await lastCall()
        expect(headers['api-key']).toBe(credential)
        expect(JSON.stringify(headers)).not.toContain(key.text)
        expect(JSON.stringify([data, [...response.headers]])).not.toContain(credential)
        expect(response.headers.get('x-ms-region')).toBeNull()
        expect(response.headers.get('apim-request-id')).toBe((await lastCall()).id)
      },
    )

    test('gets Azure’s own refusal of a request as it is', async () => {
      const key = await g.makeKey()
      const asked = openaiClient(key).chat.completions.create({
        model: 'gpt-azure',
        messages: user('@sim error=400 hi'),
      })
      await expect(asked).rejects.toMatchObject({ status: 400, error: { code: '400' } })
    })

    test('hears of Azure’s refusal of our credential in our words', async () => {
      const key = await g.makeKey()
      const asked = openaiClient(key).chat.completions.create({
        model: 'gpt-azure',
        messages: user('@sim error=401 hi'),
      })
      await expect(asked).rejects.toMatchObject({ status: 502, code: 'upstream_error' })
    })
  })

  describe('a connection by Microsoft Entra', () => {
    const app = { tenantId: 'fernhill.example', clientId: 'app', clientSecret: 's3cret-of-the-app' }
    const secretOf = (fields: object = {}) =>
      JSON.stringify({ ...app, activeDirectoryEndpointUrl: `${g.simulator.url}/azure`, ...fields })

    /** A model at a connection of its own, with this credential. */
    async function modelWith(name: string, secret: string): Promise<string> {
      const id = `${name}-${mount.replace(' ', '-')}`
      const baseUrl = `${g.simulator.url}/azure/openai/v1`
      await g.change(['catalog'], async ({ db }) => {
        const row = { id: `prov_${id}`, name: id, displayName: id, kind: 'azure', baseUrl, simulated: true }
        await db.provider.create({ data: row })
        await db.model.create({
          data: {
            id: `model_${id}`,
            name: id,
            displayName: id,
            vendor: 'openai',
            endpoints: ['chat'],
            deployments: { create: { id: `depl_${id}`, providerId: `prov_${id}`, upstreamModel: 'chat-us' } },
            prices: {
              create: { id: `price_${id}`, nanosPerMillion: miniPrice, effectiveFrom: new Date(0), source: 'test' },
            },
          },
        })
      })
      await addCredential(g, `prov_${id}`, secret)
      return id
    }

    test('shows Azure the token that its client credentials were exchanged for', async () => {
      const key = await g.makeKey()
      const model = await modelWith('entra', secretOf())
      for (const out of [5, 6]) {
        const messages = user(`@sim in=40 out=${out} hi`)
        const chat = await openaiClient(key).chat.completions.create({ model, messages })
        expect(chat.usage).toMatchObject({ completion_tokens: out })
      }
      const { headers } = await lastCall()
      expect(headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
      expect(headers).not.toHaveProperty('api-key')
      expect(JSON.stringify(headers)).not.toContain(app.clientSecret)
      expect(await eventOf(key)).toMatchObject({ outcome: 'served', provider: model, tokens: { input: 40 } })
    })

    test('whose secret is refused fails the call, charges nothing and tells nothing of it', async () => {
      const key = await g.makeKey()
      const model = await modelWith('entra-refused', secretOf({ clientSecret: 'wrong' }))
      const call = openaiClient(key).chat.completions.create({ model, messages: user('hi') })
      await expect(call).rejects.toMatchObject({ status: 502, code: 'upstream_error' })
      expect(await eventOf(key)).toMatchObject({
        outcome: 'failed',
        costNanos: '0',
        attempts: [{ error: 'no access token', status: null }],
      })
    })
  })
})
