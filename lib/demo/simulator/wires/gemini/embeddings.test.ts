import { describe, expect, test } from 'vitest'
import {
  lastCall,
  post,
  refusal,
  startOf,
  startSimulatorForTests,
  type Members,
} from '#lib/testing/gemini-simulator.ts'

startSimulatorForTests()

describe('embeddings', () => {
  const embedder = 'gemini-embedding-001'
  type Embedding = { readonly values: readonly number[] }
  const content = (text: string) => ({ content: { parts: [{ text }] } })

  async function embed(text: string, extra: Members = {}, name = embedder): Promise<Embedding> {
    const answer = await post(`/models/${name}:embedContent`, { ...content(text), ...extra })
    expect(answer.status).toBe(200)
    const body = (await answer.json()) as { embedding: Embedding }
    expect(Object.keys(body)).toEqual(['embedding'])
    return body.embedding
  }

  async function embedBatch(...texts: readonly string[]): Promise<readonly Embedding[]> {
    const requests = texts.map((text) => ({ model: `models/${embedder}`, ...content(text) }))
    const answer = await post(`/models/${embedder}:batchEmbedContents`, { requests })
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { embeddings: readonly Embedding[] }).embeddings
  }

  test.each([
    [embedder, {}, 3072],
    ['text-embedding-004', {}, 768],
    [embedder, { outputDimensionality: 256 }, 256],
    [embedder, { output_dimensionality: 256, task_type: 'RETRIEVAL_QUERY' }, 256],
  ])('of %s with %j have their dimensions, and length 1', async (name, extra, dimensions) => {
    const { values } = await embed('parcel', extra, name)
    expect(values).toHaveLength(dimensions)
    expect(Math.hypot(...values)).toBeCloseTo(1, 5)
  })

  test('of a batch keep the order, and are those of the single texts', async () => {
    const [van, parcel] = await embedBatch('van', 'parcel')
    expect(parcel).toEqual(await embed('parcel'))
    expect(van).toEqual(await embed('van'))
    expect(van).not.toEqual(parcel)
  })

  test.each([
    [['parcel'], 2],
    [['parcel', 'van'], 3],
    [['parcel', '@sim in=500 van'], 500],
    [['parcel', '@sim ttft=1 van'], 3],
  ])('of %j are journalled as %i prompt tokens and no output', async (texts, tokens) => {
    await embedBatch(...texts)
    expect((await lastCall()).usage).toMatchObject({ prompt_tokens: tokens, completion_tokens: 0 })
    await embed(texts.at(-1)!)
    expect((await lastCall()).usage.completion_tokens).toBe(0)
  })

  test('lie where the text lies without the options', async () => {
    expect(await embed('@sim in=5 parcel')).toEqual(await embed('parcel'))
  })

  test('fail when they are told to', async () => {
    const answer = await post(`/models/${embedder}:embedContent`, content('@sim error=500'))
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ error: { code: 500, status: 'INTERNAL' } })
  })

  const address = `/models/${embedder}`
  const request = { model: `models/${embedder}`, ...content('x') }
  test.each([
    ['no content', ':embedContent', {}, 'content'],
    ['an empty text', ':embedContent', content(''), 'content'],
    [
      'a picture',
      ':embedContent',
      { content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA' } }] } },
      'content',
    ],
    ['too many dimensions', ':embedContent', { ...request, outputDimensionality: 9999 }, 'outputDimensionality'],
    ['another model', ':embedContent', { ...request, model: 'models/other' }, 'model'],
    ['an empty batch', ':batchEmbedContents', { requests: [] }, 'requests'],
    ['a batch of 101', ':batchEmbedContents', { requests: Array(101).fill(request) }, 'requests'],
    ['a batch without models', ':batchEmbedContents', { requests: [request, content('x')] }, 'requests[1].model'],
    [
      'a batch of another model',
      ':batchEmbedContents',
      { requests: [{ ...request, model: 'm' }] },
      'requests[0].model',
    ],
  ])('of %s are refused', async (_what, method, body, place) => {
    expect(await refusal(await post(address + method, body))).toMatch(startOf(place))
  })
})
