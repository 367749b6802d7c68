import { describe, expect, test } from 'vitest'
import type { Operation } from '#lib/formats/contract.ts'
import { bodyFieldsFor, carriedAs, requestTo } from '#lib/providers/providers.ts'
import type { RequestFacts, UpstreamRequest } from '#lib/providers/upstream-request.ts'

const origin = 'https://europe-west4-aiplatform.googleapis.com'
const base = '/v1/projects/fernhill/locations/europe-west4'
const connection = { kind: 'vertex', baseUrl: origin + base } as const
const claude = 'claude-sonnet-4-5@20250929'

function request(facts: Partial<RequestFacts>): UpstreamRequest {
  const made = requestTo('vertex', {
    baseUrl: connection.baseUrl,
    operation: 'generateContent',
    upstreamModel: 'gemini-2.5-flash',
    stream: false,
    credential: 'ya29.token',
    caller: {},
    query: '',
    body: Buffer.alloc(0),
    nowMs: 0,
    ...facts,
  })
  if (made instanceof Promise) throw new Error('nothing is signed there')
  return made
}

describe('a call to Vertex AI', () => {
  test.each<[string, string, Partial<RequestFacts>]>([
    ['a Gemini', 'google/models/gemini-2.5-flash:generateContent', {}],
    ['a Gemini that is told by its publisher', 'google/models/x:generateContent', { upstreamModel: 'google/x' }],
    [
      'a stream of events',
      'google/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
      { stream: true, query: null },
    ],
    ['a stream as an array', 'google/models/gemini-2.5-flash:streamGenerateContent', { stream: true }],
    ['a count', 'google/models/gemini-2.5-flash:countTokens', { operation: 'countTokens' }],
    ['embeddings', 'google/models/gemini-2.5-flash:predict', { operation: 'predict' }],
    ['a Claude', `anthropic/models/${claude}:rawPredict`, { operation: 'messages', upstreamModel: claude }],
    [
      'a Claude that is told by its publisher',
      'anthropic/models/opus:streamRawPredict',
      { operation: 'messages', upstreamModel: 'anthropic/opus', stream: true },
    ],
    [
      'a count of Claude’s, at an address of its own',
      'anthropic/models/count-tokens:rawPredict',
      { operation: 'count_tokens', upstreamModel: claude },
    ],
    [
      'a name that climbs, as one part of the path',
      'google/models/..%2F..%2Fx%3Fy:generateContent',
      { upstreamModel: 'google/../../x?y' },
    ],
  ])('for %s goes to %s', (_what, target, facts) => {
    expect(request(facts)).toMatchObject({ origin, path: `${base}/publishers/${target}` })
  })

  test.each([
    ['ya29.c.b0Aaekm1K', { authorization: 'Bearer ya29.c.b0Aaekm1K' }],
    ['AIzaSyA-0123456789', { 'x-goog-api-key': 'AIzaSyA-0123456789' }],
    ['AQ.Ab8RN6', { 'x-goog-api-key': 'AQ.Ab8RN6' }],
  ])('shows %s as what it is', (credential, shown) => {
    const { headers } = request({ credential })
    expect(headers).toMatchObject(shown)
    expect(JSON.stringify(headers).split(credential)).toHaveLength(2)
  })

  test('passes nothing on of the caller’s but what its publisher knows', () => {
    const caller = {
      authorization: 'Bearer mine',
      cookie: 'x=1',
      'x-goog-api-key': 'mine',
      'x-goog-user-project': 'mine',
      'anthropic-beta': 'context-1m',
      'anthropic-version': '2023-06-01',
    }
    const { headers } = request({ caller, operation: 'messages', upstreamModel: claude })
    expect(headers).toMatchObject({ authorization: 'Bearer ya29.token', 'anthropic-beta': 'context-1m' })
    expect(Object.keys(headers)).not.toContain('anthropic-version')
    expect(JSON.stringify(headers)).not.toContain('mine')
    expect(JSON.stringify(request({ caller }).headers)).not.toContain('context-1m')
  })
})

describe('what Vertex AI can be asked', () => {
  test.each<[Operation, string, Operation | null]>([
    ['generateContent', 'gemini-2.5-flash', 'generateContent'],
    ['messages', claude, 'messages'],
    ['count_tokens', claude, 'count_tokens'],
    ['chat', 'gemini-2.5-flash', 'generateContent'],
    ['chat', claude, 'messages'],
    ['generateContent', claude, 'messages'],
    ['messages', 'gemini-2.5-flash', 'generateContent'],
    ['countTokens', claude, null],
    ['embedContent', 'gemini-embedding-001', 'predict'],
    ['embeddings', 'text-embedding-005', 'predict'],
    ['predict', 'claude-x', null],
    ['chat', 'meta/llama-4', null],
    ['chat', 'constructor/x', null],
  ])('%s of %s is %s', (asked, model, spoken) => {
    expect(carriedAs(connection, asked, model)).toBe(spoken)
  })
})

describe('the body of a call to a Claude', () => {
  const version = { anthropic_version: 'vertex-2023-10-16' }

  test('has a version, and no model: the address has it', () => {
    expect(bodyFieldsFor(connection, 'messages', claude, {})).toStrictEqual({ ...version, model: undefined })
  })

  test.each([
    ['2026-10-21', '2026-10-21'],
    ['vertex-2023-10-16', 'vertex-2023-10-16'],
    ['2023-06-01', 'vertex-2023-10-16'],
    ['bedrock-2023-05-31', 'vertex-2023-10-16'],
    ['9', 'vertex-2023-10-16'],
    [7, 'vertex-2023-10-16'],
  ])('keeps a later version of the API that the caller was made for: of %s it has %s', (asked, sent) => {
    const fields = bodyFieldsFor(connection, 'messages', claude, { anthropic_version: asked })
    expect(fields).toMatchObject({ anthropic_version: sent })
    const fromHeader = bodyFieldsFor(connection, 'messages', claude, {}, { 'anthropic-version': String(asked) })
    expect(fromHeader).toMatchObject({ anthropic_version: sent })
  })

  test('has the model where tokens are counted, without its publisher', () => {
    const fields = bodyFieldsFor(connection, 'count_tokens', `anthropic/${claude}`, {})
    expect(fields).toStrictEqual({ ...version, model: claude })
  })

  test('at Anthropic itself has no version', () => {
    const anthropic = { kind: 'anthropic', baseUrl: 'https://api.anthropic.com/v1' } as const
    expect(bodyFieldsFor(anthropic, 'messages', 'claude-sonnet-4-5', {})).toStrictEqual({
      anthropic_version: undefined,
    })
  })
})

describe('the body of a call to a Gemini', () => {
  const fieldsFor = (body: object) => bodyFieldsFor(connection, 'generateContent', 'gemini-2.5-flash', { ...body })
  const withIds = (ids: object) => [
    { role: 'user', parts: [{ text: 'hi' }] },
    { role: 'model', parts: [{ functionCall: { ...ids, name: 'find', args: { id: 1 } }, thoughtSignature: 'x' }] },
    { role: 'user', parts: { function_response: { ...ids, name: 'find', response: { id: 2 } } } },
  ]

  test('has no ids of calls, which are unknown there, and all else that it had', () => {
    expect(fieldsFor({ contents: withIds({ id: 'call_1' }) })).toStrictEqual({
      model: undefined,
      contents: withIds({}),
    })
  })

  test.each([[withIds({})], [{ parts: [{ text: 'hi' }] }], ['nonsense'], [[null, 7, { parts: null }]], [undefined]])(
    'keeps contents that have none: %j',
    (contents) => expect(fieldsFor({ contents })?.contents).toBe(contents),
  )
})
