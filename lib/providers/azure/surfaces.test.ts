import { describe, expect, test } from 'vitest'
import type { Operation } from '#lib/formats/contract.ts'
import { azureAt } from '#lib/providers/azure/surfaces.ts'
import { carriedAs } from '#lib/providers/providers.ts'
import type { RequestFacts, UpstreamRequest } from '#lib/providers/upstream-request.ts'

const resource = 'https://fernhill.openai.azure.com'

function request(differences: Partial<RequestFacts>): UpstreamRequest {
  const facts: RequestFacts = {
    baseUrl: `${resource}/openai`,
    operation: 'chat',
    upstreamModel: 'chat-eu',
    stream: false,
    credential: '0123456789abcdef0123456789abcdef',
    caller: {},
    query: '',
    body: Buffer.from('{}'),
    nowMs: 0,
    ...differences,
  }
  // Only signing takes a while.
  return azureAt(facts.baseUrl).request(facts) as UpstreamRequest
}

describe('a call to Azure', () => {
  test.each<[string, Operation, string]>([
    ['/openai', 'chat', '/openai/deployments/chat-eu/chat/completions?api-version=2024-10-21'],
    ['/openai/', 'embeddings', '/openai/deployments/chat-eu/embeddings?api-version=2024-10-21'],
    ['/openai', 'completions', '/openai/deployments/chat-eu/completions?api-version=2024-10-21'],
    [
      '/openai?api-version=2025-03-01-preview',
      'chat',
      '/openai/deployments/chat-eu/chat/completions?api-version=2025-03-01-preview',
    ],
    ['/openai', 'images', '/openai/deployments/chat-eu/images/generations?api-version=2024-10-21'],
    ['/openai', 'transcriptions', '/openai/deployments/chat-eu/audio/transcriptions?api-version=2024-10-21'],
    ['/openai/v1', 'speech', '/openai/v1/audio/speech'],
    ['/openai/v1', 'chat', '/openai/v1/chat/completions'],
    ['/openai/v1/', 'responses', '/openai/v1/responses'],
    ['/openai/v1?api-version=preview', 'embeddings', '/openai/v1/embeddings?api-version=preview'],
  ])('at %s for %s goes to %s', (base, operation, path) => {
    expect(request({ baseUrl: resource + base, operation })).toMatchObject({ origin: resource, path })
  })

  test.each([
    ['where the connection names none', '/openai', 'api-version=2025-01-01-preview', '2025-01-01-preview'],
    ['not where it does', '/openai?api-version=2024-10-21', 'api-version=2025-01-01-preview', '2024-10-21'],
    ['among what else it asks', '/openai', 'a=b&api-version=2024-06-01&key=secret', '2024-06-01'],
    ['not where it is none', '/openai', 'api-version=2024-06-01%26x=y', '2024-10-21'],
    ['not where it is one of the other surface', '/openai', 'api-version=preview', '2024-10-21'],
    ['not where it is another name’s', '/openai', 'my-api-version=2024-06-01', '2024-10-21'],
  ])('takes the caller’s version, %s', (_when, base, query, version) => {
    const { path } = request({ baseUrl: resource + base, query })
    expect(path).toBe(`/openai/deployments/chat-eu/chat/completions?api-version=${version}`)
  })

  test('on the v1 surface says nothing of the caller’s version', () => {
    const { path } = request({ baseUrl: `${resource}/openai/v1`, query: 'api-version=2024-06-01' })
    expect(path).toBe('/openai/v1/chat/completions')
  })

  test('names the deployment in one part of the path', () => {
    const { path } = request({ upstreamModel: '../files?x' })
    expect(path).toBe('/openai/deployments/..%2Ffiles%3Fx/chat/completions?api-version=2024-10-21')
  })

  test('carries a key as a key, and a token of Entra’s as a bearer', () => {
    expect(request({}).headers).toMatchObject({ 'api-key': '0123456789abcdef0123456789abcdef' })
    expect(request({}).headers).not.toHaveProperty('authorization')
    const token = 'eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2ln-bmF0_dXJl'
    expect(request({ credential: token }).headers).toMatchObject({ authorization: `Bearer ${token}` })
    expect(request({ credential: token }).headers).not.toHaveProperty('api-key')
    expect(Object.keys(request({ credential: null }).headers)).not.toContain('api-key')
  })

  test('carries the type of a form, which names its boundary, and no other type of the caller’s', () => {
    const caller = { 'content-type': 'multipart/form-data; boundary=x' }
    expect(request({ caller, operation: 'transcriptions' }).headers).toMatchObject(caller)
    expect(request({ caller }).headers).toMatchObject({ 'content-type': 'application/json' })
  })

  test('carries of the caller’s headers the id that Azure’s support asks for, and no key', () => {
    const caller = { 'x-ms-client-request-id': 'abc', 'api-key': 'sk-gh-x', cookie: 'a=b', authorization: 'Bearer x' }
    const { headers } = request({ caller, credential: null })
    expect(headers).toMatchObject({ 'x-ms-client-request-id': 'abc' })
    expect(JSON.stringify(headers)).not.toMatch(/sk-gh|cookie|authorization/)
  })
})

describe('what Azure can be asked', () => {
  test.each<[Operation, Operation | null, Operation | null]>([
    ['chat', 'chat', 'chat'],
    ['completions', 'completions', 'completions'],
    ['embeddings', 'embeddings', 'embeddings'],
    ['moderations', null, null],
    ['images', 'images', 'images'],
    ['speech', null, 'speech'],
    ['transcriptions', 'transcriptions', 'transcriptions'],
  ])('for %s is %s on the classic surface and %s on v1', (asked, classic, v1) => {
    expect(carriedAs({ kind: 'azure', baseUrl: `${resource}/openai` }, asked, 'chat-eu')).toBe(classic)
    expect(carriedAs({ kind: 'azure', baseUrl: `${resource}/openai/v1` }, asked, 'chat-eu')).toBe(v1)
  })

  test('has responses of its own on v1 alone', () => {
    expect(carriedAs({ kind: 'azure', baseUrl: `${resource}/openai/v1` }, 'responses', 'chat-eu')).toBe('responses')
    expect(carriedAs({ kind: 'azure', baseUrl: `${resource}/openai` }, 'responses', 'chat-eu')).not.toBe('responses')
  })
})
