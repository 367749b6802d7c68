/** Embeddings between wires: callers of OpenAI's, Gemini's and Vertex's, models of all three, on both mounts. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastEventOf, lastSimulatedCall } from '#lib/testing/calls.ts'
import { captureCall } from '#lib/testing/capture-call.ts'
import { mounts, startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'

/** $0.15 a million, in nano-USD: 150 a token. */
const nanosPerMillion = { input: 150_000_000 }

const providers = [
  ['google', 'gemini', '/gemini/v1beta', [['gemini-embedding', 'gemini-embedding-001']]],
  [
    'cloud',
    'vertex',
    '/vertex/v1/projects/fernhill/locations/europe-west4',
    [
      ['vertex-embedding', 'text-embedding-005'],
      ['vertex-gemini', 'google/gemini-embedding-001'],
    ],
  ],
] as const

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
  await g.change(['catalog'], async ({ db }) => {
    for (const [name, kind, path, models] of providers) {
      const baseUrl = g.simulator.url + path
      await db.provider.create({
        data: { id: `prov_${name}`, name, displayName: name, kind, baseUrl, simulated: true },
      })
      for (const [model, upstreamModel] of models) {
        const price = { id: `price_${model}`, nanosPerMillion, effectiveFrom: new Date(0), source: 'test' }
        await db.model.create({
          data: {
            id: `model_${model}`,
            name: model,
            displayName: model,
            vendor: 'google',
            endpoints: ['embeddings'],
            deployments: { create: { id: `depl_${model}`, providerId: `prov_${name}`, upstreamModel } },
            prices: { create: price },
          },
        })
      }
    }
  })
}, 60_000)
afterAll(() => g?.close())

const small = 'text-embedding-3-small'

describe.each(mounts)('through the %s', (mount) => {
  const eventOf = (key: TestKey) => lastEventOf(g, key.id)

  function post(key: TestKey, path: string, body: object): Promise<Response> {
    return fetch(g.urlOf(mount) + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
      body: JSON.stringify(body),
    })
  }
  const openai = (key: TestKey, body: object) => post(key, '/v1/embeddings', body)
  const gemini = (key: TestKey, model: string, method: string, body: object) =>
    post(key, `/v1beta/models/${model}:${method}`, body)
  const content = (text: string) => ({ content: { parts: [{ text }] } })

  describe('OpenAI’s callers', () => {
    test.each([
      ['gemini-embedding', ['one', 'two'], true],
      ['vertex-embedding', ['one', 'two'], false],
      ['vertex-gemini', ['one'], false],
    ])('embed with %s by the official client, which asks for base64', async (model, input, estimated) => {
      const key = await g.makeKey()
      const client = new OpenAI({ baseURL: `${g.urlOf(mount)}/v1`, apiKey: key.text, maxRetries: 0 })
      const made = await client.embeddings.create({ model, input, dimensions: 256 })
      expect(made.data.map(({ index, embedding }) => [index, embedding.length])).toEqual(input.map((_, i) => [i, 256]))
      expect(made.usage).toEqual({ prompt_tokens: input.length, total_tokens: input.length })
      const plain = await (await openai(key, { model, input, dimensions: 256, encoding_format: 'float' })).json()
      const { embedding } = (plain as { data: { embedding: number[] }[] }).data[0]!
      embedding.forEach((component, i) => expect(made.data[0]!.embedding[i]).toBeCloseTo(component, 6))
      const event = await eventOf(key)
      expect(event).toMatchObject({ endpoint: 'embeddings', outcome: 'served', model, estimated })
      expect(event).toMatchObject({ tokens: { input: input.length }, costNanos: String(150 * input.length) })
    })

    test('have their texts and their dimensions carried, and nothing else', async () => {
      const key = await g.makeKey()
      const baseUrl = `${g.simulator.url}/gemini/v1beta`
      const seen = await captureCall(g, { id: 'prov_google', baseUrl }, async () => {
        const answer = await openai(key, { model: 'gemini-embedding', input: 'Depot', dimensions: 256, user: 'u1' })
        expect([answer.status, answer.headers.get('x-gatehouse-left-out')]).toEqual([200, 'user'])
      })
      expect(seen.path).toBe('/models/gemini-embedding-001:batchEmbedContents')
      expect(JSON.parse(seen.body.toString())).toEqual({
        requests: [
          { model: 'models/gemini-embedding-001', content: { parts: [{ text: 'Depot' }] }, outputDimensionality: 256 },
        ],
      })
    })

    test.each([
      ['gemini-embedding', { input: [1, 2, 3] }, 'input.0'],
      ['gemini-embedding', { input: 'hi', truncate: 'END' }, 'truncate'],
      ['gemini-embedding', { input: Array(101).fill('hi') }, 'input.100'],
      ['vertex-gemini', { input: ['one', 'two'] }, 'input.1'],
    ])('of %s are refused what cannot be carried by its field', async (model, body, param) => {
      const key = await g.makeKey()
      const answer = await openai(key, { model, ...body })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ error: { code: 'unsupported_parameter', param } })
    })

    test.each(['gemini-embedding', 'vertex-embedding'])('read an error of %s in their own shape', async (model) => {
      const answer = await openai(await g.makeKey(), { model, input: '@sim error=400 hi' })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({
        error: { message: expect.stringContaining('Simulated error 400') as string, type: 'invalid_request_error' },
      })
    })

    test('are billed an estimate where Vertex tells no usage', async () => {
      const key = await g.makeKey()
      await openai(key, { model: 'vertex-embedding', input: '@sim usage=none hello' })
      expect(await eventOf(key)).toMatchObject({ outcome: 'served', estimated: true })
    })

    test('hold no more than a hard budget has left', async () => {
      const key = await g.makeKey({ budget: { amountNanos: 1_000n } })
      const answer = await openai(key, { model: 'gemini-embedding', input: 'x'.repeat(100) })
      expect(answer.status).toBe(429)
      expect(await g.heldOn(key)).toBe(0n)
    })
  })

  describe('Gemini’s callers', () => {
    test.each([
      [small, 512],
      ['vertex-embedding', 256],
    ])('embed one text and many with %s, by its own usage', async (model, outputDimensionality) => {
      const key = await g.makeKey()
      const one = await gemini(key, model, 'embedContent', { ...content('@sim in=7 hi'), outputDimensionality })
      expect(await one.json()).toMatchObject({
        embedding: { values: { length: outputDimensionality } },
        usageMetadata: { promptTokenCount: 7 },
      })
      expect(await eventOf(key)).toMatchObject({ endpoint: 'embeddings', tokens: { input: 7 }, estimated: false })
      const named = { model: `models/${model}` }
      const requests = ['one', 'two'].map((text) => ({ ...named, ...content(text) }))
      const many = await gemini(key, model, 'batchEmbedContents', { requests })
      expect(await many.json()).toMatchObject({ embeddings: [{ values: {} }, { values: {} }] })
    })

    test('say what a vector is for where the model is told that, and are refused it where not', async () => {
      const key = await g.makeKey()
      const baseUrl = g.simulator.url + providers[1][2]
      const body = { ...content('Depot'), task_type: 'RETRIEVAL_DOCUMENT', title: 'Depots' }
      const seen = await captureCall(g, { id: 'prov_cloud', baseUrl }, async () => {
        expect((await gemini(key, 'vertex-embedding', 'embedContent', body)).status).toBe(200)
      })
      expect(seen.path).toBe('/publishers/google/models/text-embedding-005:predict')
      expect(JSON.parse(seen.body.toString())).toEqual({
        instances: [{ content: 'Depot', task_type: 'RETRIEVAL_DOCUMENT', title: 'Depots' }],
      })
      const answer = await gemini(key, small, 'embedContent', body)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({
        error: { status: 'INVALID_ARGUMENT', message: expect.stringMatching(/^taskType cannot be carried/) as string },
      })
    })

    test.each([
      [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }] } }, 'content.parts.0.inlineData'],
      [{ ...content('hi'), newField: 1 }, 'newField'],
    ])('with %j are refused it by its field', async (body, field) => {
      const answer = await gemini(await g.makeKey(), small, 'embedContent', body)
      expect(answer.status).toBe(400)
      expect(((await answer.json()) as { error: { message: string } }).error.message).toContain(
        `${field} cannot be carried`,
      )
    })

    test('with vectors of different lengths are refused them where there is one length a call', async () => {
      const requests = [2, 3].map((outputDimensionality) => ({ ...content('hi'), outputDimensionality }))
      const answer = await gemini(await g.makeKey(), small, 'batchEmbedContents', { requests })
      expect(((await answer.json()) as { error: { message: string } }).error.message).toMatch(
        /^requests\.1\.outputDimensionality cannot be carried/,
      )
    })
  })

  test('Vertex’s own callers reach Vertex’s models, bytes in and bytes out', async () => {
    const key = await g.makeKey()
    const path = '/vertex/v1/projects/mine/locations/global/publishers/google/models'
    const body = { instances: [{ content: 'one' }, { content: '@sim in=9 two' }], parameters: { autoTruncate: false } }
    const seen = await captureCall(g, { id: 'prov_cloud', baseUrl: g.simulator.url + providers[1][2] }, async () => {
      const answer = await post(key, `${path}/vertex-embedding:predict`, body)
      expect(Buffer.from(await answer.arrayBuffer()).length).toBeGreaterThan(10_000)
    })
    expect(seen.body.toString()).toBe(JSON.stringify(body))
    expect(await eventOf(key)).toMatchObject({ endpoint: 'embeddings', tokens: { input: 9 }, estimated: false })
    const elsewhere = await post(key, `${path}/${small}:predict`, body)
    expect(elsewhere.status).toBe(400)
  })

  test('the next target answers where the first cannot carry the call', async () => {
    const key = await g.makeKey()
    const name = `anywhere-${mount.replace(' ', '-')}`
    await g.change(['catalog'], ({ db }) =>
      db.model.create({
        data: {
          id: `model_${name}`,
          name,
          displayName: name,
          vendor: 'test',
          endpoints: ['embeddings'],
          deployments: {
            create: [
              // Vertex takes one text a call of this one: it is skipped before anything is sent.
              { id: `depl_${name}_a`, providerId: 'prov_cloud', upstreamModel: 'gemini-embedding-001', rank: 0 },
              { id: `depl_${name}_b`, providerId: 'prov_google', upstreamModel: 'gemini-embedding-001', rank: 1 },
            ],
          },
          prices: { create: { id: `price_${name}`, nanosPerMillion, effectiveFrom: new Date(0), source: 'test' } },
        },
      }),
    )
    const answer = await openai(key, { model: name, input: ['one', 'two'] })
    expect([answer.status, answer.headers.get('x-gatehouse-provider')]).toEqual([200, 'google'])
    expect((await lastSimulatedCall(g)).path).toContain(':batchEmbedContents')
  })
})
