import fs from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isGatewayPath, matchRoute, prefixes, routes } from '#lib/gateway/routes.ts'

describe('a path of the gateway', () => {
  test.each([
    '/v1',
    '/v1/',
    '/v1/chat/completions',
    '/v1beta/models',
    '/anthropic/v1/messages',
    '/azure/openai/v1/models',
    '/mcp/files',
    '/apis/hr/x',
  ])('%s is one', (path) => expect(isGatewayPath(path)).toBe(true))

  test.each(['/', '', '/v1x', '/v10/chat', '/V1/chat', '/api/v1/keys', '//v1/chat', '/x/v1/chat', '/apisx', 'v1/chat'])(
    '%s is the portal’s',
    (path) => expect(isGatewayPath(path)).toBe(false),
  )

  test('is every path of the table', () => {
    expect(routes.filter(({ path }) => !isGatewayPath(path))).toEqual([])
  })
})

describe('the route of a call', () => {
  test.each([
    ['POST', '/v1/chat/completions', 'chat', null],
    ['POST', '/v1/embeddings', 'embeddings', null],
    ['GET', '/v1/models', 'models', null],
    ['GET', '/v1/models/gpt-4o-mini', 'models', 'gpt-4o-mini'],
    ['GET', '/v1/models/meta/llama-3', 'models', 'meta/llama-3'],
    ['GET', '/v1/models/meta%2Fllama-3', 'models', 'meta/llama-3'],
    ['GET', '/v1/models/%E4%B8%96', 'models', '世'],
    ['POST', '/azure/openai/deployments/gpt-4o/chat/completions', 'chat', 'gpt-4o'],
    ['POST', '/azure/openai/deployments/meta%2Fllama-3/chat/completions', 'chat', 'meta/llama-3'],
    ['POST', '/azure/openai/deployments/meta/llama-3/embeddings', 'embeddings', 'meta/llama-3'],
    ['POST', '/azure/openai/v1/chat/completions', 'chat', null],
    ['GET', '/azure/openai/models', 'models', null],
    ['GET', '/azure/openai/v1/models/gpt-4o', 'models', 'gpt-4o'],
    ['POST', '/v1beta/models/gemini-2.5-flash:generateContent', 'generate_content', 'gemini-2.5-flash'],
    ['POST', '/gemini/v1beta/models/a:b:embedContent', 'embeddings', 'a:b'],
    ['POST', '/gemini/v1/models/meta%2Fllama:countTokens', 'count_tokens', 'meta/llama'],
    ['GET', '/v1beta/models/a:b', 'models', 'a:b'],
    [
      'POST',
      '/vertex/v1/projects/p/locations/eu/publishers/google/models/gemini-2.5-flash:generateContent',
      'generate_content',
      'gemini-2.5-flash',
    ],
    ['POST', '/vertex/v1beta1/projects/p/locations/l/publishers/google/models/a/b:countTokens', 'count_tokens', 'a/b'],
    [
      'POST',
      '/vertex/v1/projects/_/locations/-/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict',
      'messages',
      'claude-sonnet-4-5@20250929',
    ],
    ['POST', '/vertex/v1/publishers/anthropic/models/a%40b:streamRawPredict', 'messages', 'a@b'],
    [
      'POST',
      '/vertex/v1/projects/p/locations/l/publishers/anthropic/models/x/locations/y:rawPredict',
      'messages',
      'x/locations/y',
    ],
    // The body names it there.
    [
      'POST',
      '/vertex/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict',
      'count_tokens',
      null,
    ],
    ['POST', '/bedrock/model/anthropic.claude-v1%3A0/converse', 'converse', 'anthropic.claude-v1:0'],
    ['POST', '/bedrock/model/arn%3Aaws%3Abedrock%2Fx/invoke-with-response-stream', 'converse', 'arn:aws:bedrock/x'],
    // A name that climbs is a name like any other: there is no model of that name.
    ['GET', '/v1/models/../chat/completions', 'models', '../chat/completions'],
    ['GET', '/v1/models/%2e%2e%2fchat', 'models', '../chat'],
  ])('%s %s is %s with %s', (method, path, endpoint, parameter) => {
    expect(matchRoute(method, path)).toMatchObject({
      kind: 'found',
      route: { endpoint },
      addressed: { model: parameter },
    })
  })

  test.each([
    '/v1',
    '/v1/',
    '/v1/models/',
    '/v1/chat',
    '/v1/chat/completions/',
    '/v1//chat/completions',
    '/v1/chat//completions',
    '/v1/chat%2Fcompletions',
    '/v1/chat/completion%73',
    '/V1/chat/completions',
    '/v1/Chat/Completions',
    '/v1/./chat/completions',
    '/v1/x/../chat/completions',
    '/v1\\chat\\completions',
    '/v1/chat/completions;x',
    '/v1/chat/completions\0',
    '/v1/chat/completions ',
    '/v1/models/%zz',
    '/azure/openai/deployments//embeddings',
    '/azure/openai/deployments/gpt-4o',
    '/azure/openai/deployments/%zz/embeddings',
    '/azure/v1/chat/completions',
    '/v1/models/%ff',
    '/v1/__proto__',
    '/v1/constructor',
    '/v1/projects/p/locations/l/publishers/google/models/x:generateContent',
  ])('%j has none: paths match byte for byte', (path) => {
    expect(matchRoute('POST', path)).toMatchObject({ kind: 'unknown', format: { name: 'openai' } })
  })

  test.each([
    ['GET', '/v1/chat/completions', 'POST'],
    ['DELETE', '/v1/embeddings', 'POST'],
    ['POST', '/v1/models', 'GET'],
    ['DELETE', '/v1/models/gpt-4o', 'GET'],
    ['post', '/v1/chat/completions', 'POST'],
    ['', '/v1/models', 'GET'],
  ])('%s %s names the method that it takes', (method, path, allow) => {
    expect(matchRoute(method, path)).toMatchObject({ kind: 'wrong method', allow })
  })

  test('of Google’s says in its address whether the answer is a stream', () => {
    const streamOf = (method: string) => matchRoute('POST', `/v1beta/models/x:${method}`)
    expect(streamOf('streamGenerateContent')).toMatchObject({ addressed: { model: 'x', stream: true } })
    expect(streamOf('generateContent')).toMatchObject({ addressed: { model: 'x', stream: false } })
  })

  test.each(['/gemini/v1beta/x', '/v1beta/tunedModels/x:generateContent'])(
    '%s has none, and Google’s clients are told so in their shape',
    (path) => expect(matchRoute('POST', path)).toMatchObject({ kind: 'unknown', format: { name: 'gemini' } }),
  )

  test.each([
    '/vertex/v1/projects//locations/l/publishers/google/models/x:generateContent',
    '/vertex/v1/projects/p/q/locations/l/publishers/google/models/x:generateContent',
    '/vertex/v1/projects/p/locations/l/publishers/google/models/:generateContent',
    '/vertex/v1/projects/p/locations/l/publishers/google/models/x:rawPredict',
    '/vertex/v1/projects/p/locations/l/publishers/google/models/x:embedContent',
    '/vertex/v1/projects/p/locations/publishers/google/models/x:generateContent',
    '/vertex/v1/projects/p/locations',
    '/vertex/v2/projects/p/locations/l/publishers/google/models/x:generateContent',
  ])('%s has none, whatever stands in its parts', (path) =>
    expect(matchRoute('POST', path)).toMatchObject({ kind: 'unknown', format: { name: 'gemini' } }),
  )

  test('of Vertex is told in the shape of the publisher’s clients where there is none', () => {
    const path = '/vertex/v1/projects/p/locations/l/publishers/anthropic/models/x:generateContent'
    expect(matchRoute('POST', path)).toMatchObject({ kind: 'unknown', format: { name: 'anthropic' } })
  })

  test('takes as long as its path, however many parts look like the pattern', () => {
    const path = '/vertex/v1/projects/' + 'p/locations/'.repeat(100_000)
    const startedMs = performance.now()
    expect(matchRoute('POST', path).kind).toBe('unknown')
    expect(performance.now() - startedMs).toBeLessThan(100)
  })

  test('is found or not for any text, and nothing breaks', () => {
    const path = fc
      .array(
        fc.constantFrom(
          '/v1',
          '/vertex/v1',
          '/projects',
          '/locations',
          '/publishers/google',
          '/models',
          '/chat',
          '/completions',
          '%',
          '..',
          '//',
          '\0',
          'é',
        ),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.string(), path, (method, text) => {
        expect(['found', 'wrong method', 'unknown']).toContain(matchRoute(method, text).kind)
      }),
    )
  })
})

test.each(prefixes)('%s is served by the route handlers too', (prefix) => {
  expect(fs.existsSync(`app${prefix}[...path]/route.ts`)).toBe(true)
})
