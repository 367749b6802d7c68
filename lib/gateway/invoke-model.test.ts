/** InvokeModel at Bedrock with the bodies of all makers, through a real socket, on both mounts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chunksIn, eventFrames } from '#lib/testing/event-frames.ts'
import { lastEventOf, lastSimulatedCall } from '#lib/testing/calls.ts'
import { captureCall } from '#lib/testing/capture-call.ts'
import { mounts, startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'

const models = {
  nova: { upstreamModel: 'us.amazon.nova-lite-v1:0', endpoints: ['converse'] },
  llama: { upstreamModel: 'meta.llama3-8b-instruct-v1:0', endpoints: ['converse'] },
  mistral: { upstreamModel: 'mistral.mistral-7b-instruct-v0:2', endpoints: ['converse'] },
  pixtral: { upstreamModel: 'mistral.pixtral-large-2502-v1:0', endpoints: ['converse'] },
  titan: { upstreamModel: 'amazon.titan-text-lite-v1', endpoints: ['converse'] },
  'titan-embed': { upstreamModel: 'amazon.titan-embed-text-v2:0', endpoints: ['embeddings'] },
  'cohere-embed': { upstreamModel: 'cohere.embed-english-v3', endpoints: ['embeddings'] },
} as const
type Model = keyof typeof models

/** $3 and $15 a million, in nano-USD: 3,000 and 15,000 a token. */
const prices = { input: 3_000_000_000, output: 15_000_000_000 }

let g: TestGateway
let baseUrl: string
beforeAll(async () => {
  g = await startTestGateway()
  baseUrl = `${g.simulator.url}/bedrock?region=eu-central-1`
  await g.change(['catalog'], async ({ db }) => {
    const row = { id: 'prov_bedrock', name: 'aws', displayName: 'Amazon Bedrock', kind: 'bedrock', baseUrl }
    await db.provider.create({ data: { ...row, simulated: true } })
    for (const [name, { upstreamModel, endpoints }] of Object.entries(models)) {
      const price = { id: `price_${name}`, nanosPerMillion: prices, effectiveFrom: new Date(0), source: 'test' }
      await db.model.create({
        data: {
          id: `model_${name}`,
          name,
          displayName: name,
          vendor: 'test',
          endpoints: [...endpoints],
          deployments: { create: { id: `depl_${name}`, providerId: 'prov_bedrock', upstreamModel } },
          prices: { create: price },
        },
      })
    }
  })
}, 60_000)
afterAll(() => g?.close())

const turn = (content: unknown) => ({ messages: [{ role: 'user', content }] })

/** A body of each maker's, with what it calls its output maximum. */
const bodies: readonly (readonly [Model, (text: string, maximum?: number) => object])[] = [
  ['nova', (text, maxTokens) => ({ ...turn([{ text }]), inferenceConfig: { maxTokens, topP: 0.5 } })],
  ['llama', (prompt, length) => ({ prompt, max_gen_len: length })],
  ['mistral', (prompt, tokens) => ({ prompt, max_tokens: tokens })],
  ['pixtral', (content, tokens) => ({ ...turn(content), max_tokens: tokens })],
  ['titan', (inputText, tokens) => ({ inputText, textGenerationConfig: { maxTokenCount: tokens, topP: 0.5 } })],
]

describe.each(mounts)('through the %s', (mount) => {
  function post(key: TestKey, model: string, body: unknown, action = 'invoke'): Promise<Response> {
    return fetch(`${g.urlOf(mount)}/bedrock/model/${model}/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }
  const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer())
  const eventOf = (key: TestKey) => lastEventOf(g, key.id)

  test.each(bodies)('%s has its own body and its own answer, bytes in and bytes out', async (model, body) => {
    const key = await g.makeKey()
    const sent = ` ${JSON.stringify(body('@sim in=40 out=6 Where is parcel 4711?', 50))}\n`
    let got: Buffer | null = null
    const seen = await captureCall(g, { id: 'prov_bedrock', baseUrl }, async () => {
      const answer = await post(key, model, sent)
      expect(answer.headers.get('x-amzn-bedrock-output-token-count')).toBe('6')
      got = await bytesOf(answer)
    })
    expect(seen.path).toBe(`/model/${encodeURIComponent(models[model].upstreamModel)}/invoke`)
    expect(seen.body.toString()).toBe(sent)
    expect(got!.equals(seen.answer)).toBe(true)
    const event = await eventOf(key)
    expect(event).toMatchObject({ outcome: 'served', endpoint: 'converse', provider: 'aws', model })
    expect(event.tokens.output).toBe(6)
  })

  test.each(bodies)('%s is priced by the usage that its answer tells, in its body or its head', async (model, body) => {
    const key = await g.makeKey()
    await post(key, model, body('@sim in=40 out=6 hi', 50))
    const event = await eventOf(key)
    expect(event).toMatchObject({ tokens: { input: 40, output: 6 }, estimated: false })
    expect(event.costNanos).toBe(String(40 * 3_000 + 6 * 15_000))
  })

  test.each(bodies)('%s streams, and is priced by Bedrock’s counts in the last frame', async (model, body) => {
    const key = await g.makeKey()
    const answer = await post(key, model, body('@sim in=40 out=6 garbage=split hi', 50), 'invoke-with-response-stream')
    expect(answer.headers.get('content-type')).toBe('application/vnd.amazon.eventstream')
    expect(chunksIn(eventFrames(await bytesOf(answer)))).toHaveLength(7)
    expect(await eventOf(key)).toMatchObject({
      outcome: 'served',
      stream: true,
      tokens: { input: 40, output: 6 },
      estimated: false,
    })
  })

  test.each(bodies)('%s gets the output maximum that the hold of a hard budget counted on', async (model, body) => {
    const key = await g.makeKey({ budget: { amountNanos: 2_000_000n } })
    const answer = await post(key, model, body('@sim out=5000 hi'))
    expect(answer.status).toBe(200)
    await answer.arrayBuffer()
    expect((await lastSimulatedCall(g)).usage.completion_tokens * 15_000).toBeLessThanOrEqual(2_000_000)
    expect(BigInt((await eventOf(key)).costNanos)).toBeLessThanOrEqual(2_000_000n)
  })

  test.each(bodies)('%s is refused by a hard budget that its own maximum would break', async (model, body) => {
    const key = await g.makeKey({ budget: { amountNanos: 2_000_000n } })
    const answer = await post(key, model, body('hi', 400))
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([429, 'ServiceQuotaExceededException'])
  })

  test.each(bodies)('%s that stops in its stream is paid for as far as it came', async (model, body) => {
    const key = await g.makeKey()
    const answer = await post(key, model, body('@sim out=20 cut=6 hi', 50), 'invoke-with-response-stream')
    expect(eventFrames(await bytesOf(answer)).at(-1)).toMatchObject({ type: 'exception' })
    expect(await eventOf(key)).toMatchObject({ outcome: 'cut', estimated: true, tokens: { output: 6 } })
  })

  test.each([
    ['titan-embed', { inputText: 'Where is parcel 4711?', dimensions: 256 }],
    ['cohere-embed', { texts: ['Where is parcel 4711?'], input_type: 'search_query' }],
  ])('%s embeds, and costs its input', async (model, body) => {
    const key = await g.makeKey()
    const answer = await post(key, model, body)
    expect(answer.status).toBe(200)
    expect(JSON.stringify(await answer.json())).toMatch(/"embeddings?":\[/)
    const event = await eventOf(key)
    expect(event).toMatchObject({ endpoint: 'embeddings', tokens: { input: 6 }, estimated: false })
    expect(event.costNanos).toBe(String(6 * 3_000))
  })

  test('embeddings are a right of their own', async () => {
    const key = await g.makeKey()
    const answer = await post(key, 'llama', { inputText: 'hi' })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { message: string }).message).toContain('does not serve this endpoint')
  })

  test('a body that nobody knows is refused by its field, before anything is held', async () => {
    const key = await g.makeKey()
    const answer = await post(key, 'nova', { taskType: 'TEXT_IMAGE', textToImageParams: {} })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { message: string }).message).toMatch(/^taskType: .*Converse/)
    expect(await eventOf(key)).toMatchObject({ outcome: 'refused', errorCode: 'invalid_request_error' })
  })

  test('a body of another maker’s than the model’s is refused: its maximum would not be looked at', async () => {
    const key = await g.makeKey()
    const answer = await post(key, 'pixtral', { ...turn([{ text: 'hi' }]), inferenceConfig: { maxTokens: 1 } })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ gatehouse: { code: 'unsupported_parameter' } })
  })

  test.each(bodies)('the body of %s goes to no other kind of provider', async (_model, body) => {
    const answer = await post(await g.makeKey(), 'gpt-4o-mini', body('hi', 50))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      message: expect.stringMatching(/^\w+ cannot be carried .*only Anthropic’s/) as string,
      gatehouse: { code: 'unsupported_parameter' },
    })
  })
})
