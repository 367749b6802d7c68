// What goes wrong: which error each client throws, how often it asks again, and how it leaves.
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { generateText } from 'ai'
import OpenAI, { AzureOpenAI } from 'openai'
import { makers, natively, thrownBy } from './case.mjs'
import { openAnthropicAtVertex, openGoogleAtVertex } from './open-vertex.mjs'

const byStatus = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  429: 'RateLimitError',
  502: 'InternalServerError',
}
const oneForAll = Object.fromEntries(Object.keys(byStatus).map((status) => [status, 'ApiError']))

const clients = [
  {
    of: { client: 'openai', endpoint: 'chat', wire: 'openai' },
    ask: (at, content, options = {}, call = {}) =>
      new OpenAI({ baseURL: at.openai, apiKey: at.key, ...options }).chat.completions.create(
        { model: at.model, messages: [{ role: 'user', content }], stream: options.stream ?? false },
        call,
      ),
    classes: byStatus,
    spent: 'RateLimitError',
    timeout: 'APIConnectionTimeoutError',
    retries: 2,
  },
  {
    of: { client: '@anthropic-ai/sdk', endpoint: 'messages', wire: 'anthropic' },
    ask: (at, content, options = {}, call = {}) =>
      new Anthropic({ baseURL: at.anthropic, apiKey: at.key, authToken: null, ...options }).messages.create(
        { model: at.model, max_tokens: 256, messages: [{ role: 'user', content }], stream: options.stream ?? false },
        call,
      ),
    classes: byStatus,
    spent: 'EnforcedSpendLimitReachedError',
    timeout: 'APIConnectionTimeoutError',
    retries: 2,
  },
  {
    of: { client: '@google/genai', endpoint: 'generateContent', wire: 'gemini' },
    ask: (at, content, { stream = false, timeout } = {}, { signal } = {}) => {
      const { models } = new GoogleGenAI({ apiKey: at.key, httpOptions: { baseUrl: at.gemini, timeout } })
      const request = { model: at.model, contents: content, config: { abortSignal: signal } }
      return stream ? models.generateContentStream(request) : models.generateContent(request)
    },
    classes: oneForAll,
    spent: 'ApiError',
    timeout: null,
    retries: 0,
  },
  {
    of: { client: 'AzureOpenAI', endpoint: 'chat', wire: 'azure' },
    ask: (at, content, options = {}, call = {}) =>
      new AzureOpenAI({
        endpoint: at.azure,
        apiKey: at.key,
        apiVersion: '2024-10-21',
        ...options,
      }).chat.completions.create(
        { model: at.model, messages: [{ role: 'user', content }], stream: options.stream ?? false },
        call,
      ),
    classes: byStatus,
    spent: 'RateLimitError',
    timeout: 'APIConnectionTimeoutError',
    retries: 2,
  },
  {
    of: { client: '@anthropic-ai/vertex-sdk', endpoint: 'messages', wire: 'vertex-anthropic' },
    ask: (at, content, options = {}, call = {}) =>
      openAnthropicAtVertex(at, options).messages.create(
        { model: at.model, max_tokens: 256, messages: [{ role: 'user', content }], stream: options.stream ?? false },
        call,
      ),
    classes: byStatus,
    spent: 'EnforcedSpendLimitReachedError',
    timeout: 'APIConnectionTimeoutError',
    retries: 2,
  },
  {
    of: { client: '@google/genai at Vertex', endpoint: 'generateContent', wire: 'vertex' },
    ask: (at, content, { stream = false, timeout } = {}, { signal } = {}) => {
      const { models } = openGoogleAtVertex(at, { timeout })
      const request = { model: at.model, contents: content, config: { abortSignal: signal } }
      return stream ? models.generateContentStream(request) : models.generateContent(request)
    },
    classes: oneForAll,
    spent: 'ApiError',
    timeout: null,
    retries: 0,
  },
]

/** The gateway's own refusals, with a key that has it coming; the provider has no such thing to compare with. */
function refusals({ of, ask, classes, spent, retries }) {
  const refused = (status, requests, code) => ({
    result: { class: classes[status], status, ...(code ? { gatehouse: code } : {}) },
    http: Array.from({ length: requests }, () => ({ status })),
  })
  // Google's client tells the body as the text of its message only.
  const told = of.client.startsWith('@google') ? () => undefined : (code) => code
  return [
    {
      name: 'stranger',
      expected: refused(401, 1),
      run: (at) => thrownBy(() => ask({ ...at, key: 'sk-gh-nobody' }, 'Hi')),
    },
    {
      name: 'revoked key',
      expected: refused(401, 1, told('key_revoked')),
      run: async (at) => thrownBy(async () => ask({ ...at, key: await at.mint({ status: 'revoked' }) }, 'Hi')),
    },
    {
      name: 'model not allowed',
      expected: refused(403, 1, told('model_not_allowed')),
      run: async (at) => thrownBy(async () => ask({ ...at, key: await at.mint({ models: [at.other] }) }, 'Hi')),
    },
    {
      name: 'no such model',
      expected: refused(404, 1, told('model_not_found')),
      run: (at) => thrownBy(() => ask({ ...at, model: 'no-such-model' }, 'Hi')),
    },
    {
      name: 'budget used up',
      expected: {
        result: { ...refused(429, 1, told('insufficient_quota')).result, class: spent },
        http: [{ status: 429 }],
      },
      run: async (at) =>
        thrownBy(async () => ask({ ...at, key: await at.mint({ budget: { amountNanos: 1000n } }) }, 'Hi')),
    },
    {
      name: 'rate limit',
      expected: {
        ...refused(429, 1, told('rate_limit_exceeded')),
        http: [{ status: 200 }, { status: 429, headers: { 'retry-after': 'there' } }],
      },
      run: async (at) => {
        const limited = { ...at, key: await at.mint({ limits: { rpm: 1 } }) }
        await ask(limited, '@sim out=2 Hi')
        return thrownBy(() => ask(limited, 'Hi', { maxRetries: 0 }))
      },
    },
    ...(retries === 0
      ? []
      : [
          {
            name: 'busy for a moment: asked again',
            expected: { result: { served: true }, http: [{ status: 200 }, { status: 429 }, { status: 200 }] },
            run: async (at) => {
              const limited = { ...at, key: await at.mint({ limits: { concurrency: 1 } }) }
              const first = ask(limited, '@sim out=8 gap=60 Hi')
              await at.untilRunning()
              await ask(limited, '@sim out=2 Hi')
              await first
              return { served: true }
            },
          },
        ]),
  ]
}

/** What the provider answers of its own accord. */
function providerErrors({ ask, classes, retries }) {
  const failed = (times) => ({
    result: { class: classes[502], status: 502 },
    http: Array.from({ length: times + 1 }, () => ({ status: 502 })),
  })
  return [
    { name: 'provider: 400', run: (at) => thrownBy(() => ask(at, '@sim error=400 Hi')) },
    { name: 'provider: 422', run: (at) => thrownBy(() => ask(at, '@sim error=422 Hi')) },
    {
      name: 'provider: 429',
      rests: true,
      run: (at) => thrownBy(() => ask(at, '@sim error=429 Hi', { maxRetries: 1 })),
    },
    {
      name: 'provider: 429 with retry-after',
      rests: true,
      run: (at) => thrownBy(() => ask(at, '@sim error=429 retry_after=1 Hi', { maxRetries: 1 })),
    },
    // Its 401, 403 and 404 are about the gateway's credential and deployment, not about the caller's.
    { name: 'provider: 500', expected: failed(retries), run: (at) => thrownBy(() => ask(at, '@sim error=500 Hi')) },
    ...[401, 403, 404].map((status) => ({
      name: `provider: ${status}`,
      expected: failed(0),
      run: (at) => thrownBy(() => ask(at, `@sim error=${status} Hi`, { maxRetries: 0 })),
    })),
    {
      name: 'provider: broken off',
      stream: true,
      leaves: true,
      expected: { result: { broken: true } },
      run: brokenOff(ask),
    },
  ]
}

/** A stream that ends before its end must not look whole. */
function brokenOff(ask) {
  return async (at) => {
    const thrown = await thrownBy(async () => {
      let last = null
      for await (const event of await ask(at, '@sim out=40 cut=10 Hi', { stream: true, maxRetries: 0 })) last = event
      return last
    })
    return { broken: thrown.class !== null, thrown }
  }
}

function leaving({ ask, timeout }) {
  return [
    {
      name: 'abort in the middle',
      stream: true,
      leaves: true,
      run: async (at) => {
        const leaves = new AbortController()
        const stream = await ask(at, '@sim out=400 gap=10 Hi', { stream: true }, { signal: leaves.signal })
        let events = 0
        // What has arrived may still be handed out, so the count behind it differs from run to run.
        const thrown = await thrownBy(async () => {
          for await (const _event of stream) if (++events === 6) leaves.abort()
        })
        return { enough: events >= 6 && events < 50, class: thrown.class }
      },
    },
    ...(timeout
      ? [
          {
            name: 'time-out of the client',
            leaves: true,
            run: (at) => thrownBy(() => ask(at, '@sim ttft=2000 Hi', { timeout: 150, maxRetries: 0 })),
          },
        ]
      : []),
  ]
}

/** Waiting until the provider is called again is the same everywhere, and takes its time. */
const isQuick = ({ of }) => (makers.includes(of.wire) ? () => true : ({ rests }) => !rests)

const direct = clients.flatMap((client) =>
  natively(client.of, [...refusals(client), ...providerErrors(client), ...leaving(client)].filter(isQuick(client))),
)

// The AI SDK asks again by its own rules, and wraps what it was told last.
const packages = [
  {
    of: { client: 'ai + @ai-sdk/openai', endpoint: 'chat', wire: 'openai' },
    model: (at) => createOpenAI({ baseURL: at.openai, apiKey: at.key }).chat(at.model),
  },
  {
    of: { client: 'ai + @ai-sdk/anthropic', endpoint: 'messages', wire: 'anthropic' },
    model: (at) => createAnthropic({ baseURL: `${at.anthropic}/v1`, apiKey: at.key })(at.model),
  },
]
const wrapped = packages.flatMap(({ of, model }) => {
  const ask = (at, prompt, maxRetries = 1) => generateText({ model: model(at), prompt, maxRetries })
  return natively(of, [
    {
      name: 'stranger',
      expected: { result: { class: 'APICallError', status: 401, isRetryable: false }, http: [{ status: 401 }] },
      run: (at) => thrownBy(() => ask({ ...at, key: 'sk-gh-nobody' }, 'Hi')),
    },
    { name: 'provider: 400', run: (at) => thrownBy(() => ask(at, '@sim error=400 Hi')) },
    {
      name: 'provider: 429 with retry-after',
      rests: true,
      run: (at) => thrownBy(() => ask(at, '@sim error=429 retry_after=1 Hi')),
    },
  ])
})

export default [...direct, ...wrapped]
