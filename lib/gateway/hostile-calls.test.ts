/**
 * Hostile calls on every route that takes a body: the caller's own error shape, 4xx, and neither its connection nor any
 * other caller is harmed. A new route is part of this as soon as it stands in the table.
 */
import { connect } from 'node:net'
import { Client } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Operation } from '#lib/formats/contract.ts'
import { routes, type CallRoute } from '#lib/gateway/routes.ts'
import { mounts, startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'

let g: TestGateway
let key: TestKey
beforeAll(async () => {
  g = await startTestGateway()
  key = await g.makeKey()
}, 60_000)
afterAll(() => g?.close())

const callRoutes = routes.filter((route): route is CallRoute => route.kind === 'call')
const said = [{ role: 'user', content: 'hello' }]

/** A good body of each operation, and the fields that decide what happens to it. */
const bodies: Record<Operation, { readonly good: object; readonly deciding: readonly string[] }> = {
  chat: {
    good: { model: 'gpt-4o-mini', messages: said },
    deciding: ['model', 'messages', 'stream', 'max_tokens', 'n'],
  },
  responses: { good: { model: 'gpt-4o-mini', input: 'hello' }, deciding: ['model', 'stream', 'max_output_tokens'] },
  completions: { good: { model: 'gpt-4o-mini', prompt: 'hello' }, deciding: ['model', 'stream', 'max_tokens', 'n'] },
  embeddings: { good: { model: 'text-embedding-3-small', input: 'hello' }, deciding: ['model', 'input'] },
  moderations: { good: { model: 'gpt-4o-mini', input: 'hello' }, deciding: ['model'] },
  images: { good: { model: 'gpt-4o-mini', prompt: 'hello' }, deciding: ['model', 'n', 'size', 'stream'] },
  speech: { good: { model: 'gpt-4o-mini', input: 'hello', voice: 'ash' }, deciding: ['model', 'input', 'speed'] },
  // A form: what is written for JSON is no form at all, and forms have their own corpus below.
  transcriptions: { good: { model: 'gpt-4o-mini' }, deciding: ['model'] },
  messages: {
    good: { model: 'gpt-4o-mini', max_tokens: 9, messages: said },
    deciding: ['model', 'messages', 'max_tokens', 'stream', 'system'],
  },
  count_tokens: { good: { model: 'gpt-4o-mini', messages: said }, deciding: ['model', 'messages', 'system'] },
  generateContent: {
    good: { contents: [{ parts: [{ text: 'hello' }] }] },
    deciding: ['contents', 'generationConfig', 'systemInstruction'],
  },
  countTokens: { good: { contents: [{ parts: [{ text: 'hello' }] }] }, deciding: ['contents'] },
  embedContent: { good: { content: { parts: [{ text: 'hello' }] } }, deciding: ['content'] },
  batchEmbedContents: {
    good: { requests: [{ model: 'models/gpt-4o-mini', content: { parts: [{ text: 'hello' }] } }] },
    deciding: ['requests'],
  },
  predict: { good: { instances: [{ content: 'hello' }] }, deciding: ['instances'] },
  converse: {
    good: { messages: [{ role: 'user', content: [{ text: 'hello' }] }] },
    deciding: ['messages', 'system', 'inferenceConfig'],
  },
  invoke: {
    good: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: said },
    deciding: ['messages', 'max_tokens', 'system', 'anthropic_version'],
  },
}

const wrong: readonly unknown[] = [
  -1,
  1e300,
  4.5,
  { toString: 4 },
  [null],
  [[]],
  [{ role: 4 }],
  { __proto__: null, constructor: { prototype: {} } },
  '',
  'x'.repeat(200_000),
]

function broken({ operation, path }: CallRoute): (string | Buffer)[] {
  const { good } = bodies[operation]
  // A model in the address decides, whatever the body says of it.
  const deciding = bodies[operation].deciding.filter((field) => field !== 'model' || !path.includes('{model}'))
  const text = JSON.stringify(good)
  const truncated = Array.from({ length: 12 }, (_, i) => text.slice(0, Math.floor((text.length * i) / 12)))
  const unions = deciding.flatMap((field) => wrong.map((value) => JSON.stringify({ ...good, [field]: value })))
  const deep = deciding.map((field) => text.replace(/^\{/, `{"${field}":${'['.repeat(50_000)}${']'.repeat(50_000)},`))
  return [
    ...truncated,
    ...unions.filter((body) => !stillGood.has(body)),
    ...deep.map((body) => dropLater(body, good)),
    `${text}${text}`,
    `${text}]`,
    text.replaceAll('"', "'"),
    `\u0000${text}`,
    `/* */${text}`,
    text.replace('hello', '\n'),
    text.replace('hello', String.raw`\x`),
    Buffer.concat([
      Buffer.from(text.slice(0, -4)),
      Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80]),
      Buffer.from(text.slice(-4)),
    ]),
    Buffer.from(text, 'utf16le'),
  ]
}

const boundary = 'gatehouse'

/** Forms that parsers read in different ways, or not at all. */
function brokenForms(): (string | Buffer)[] {
  const part = (head: string, value = 'hello') => `--${boundary}\r\n${head}\r\n\r\n${value}\r\n`
  const field = (name: string, value?: string) => part(`Content-Disposition: form-data; name="${name}"`, value)
  const model = field('model', 'gpt-4o-mini')
  const file = part('Content-Disposition: form-data; name="file"; filename="a.wav"')
  const end = `--${boundary}--\r\n`
  const good = model + file + end
  return [
    ...Array.from({ length: 12 }, (_, i) => good.slice(0, Math.floor((good.length * i) / 12))),
    model + end,
    file + end,
    model + model + file + end,
    model + file + file + end,
    good + good,
    `preamble\r\n${good}`,
    `${good}epilogue`,
    good.replaceAll('\r\n', '\n'),
    good.replaceAll(boundary, `${boundary}x`),
    good.replace('name="model"', "name='model'"),
    good.replace('name="model"', 'name="mod\\"el"'),
    good.replace('name="model"', 'name="model"; name="file"'),
    good.replace('name="model"', "name*=utf-8''model"),
    good.replace('form-data; name="model"', 'attachment; name="model"'),
    good.replace('filename="a.wav"', 'filename="a\\"; name=\\"model"'),
    good.replace('filename="a.wav"', 'filename="a.wav"\r\nContent-Transfer-Encoding: base64'),
    good.replace('filename="a.wav"', `filename="${'a'.repeat(10_000)}"`),
    field('model', 'x'.repeat(200_000)) + file + end,
    field('stream', 'maybe') + good,
    field('__proto__', 'x') + field('constructor', 'x') + file + end,
    field('model', '\u0000') + file + end,
    Array.from({ length: 500 }, (_, i) => field(`f${i}`)).join('') + good,
    Buffer.from(good, 'utf16le'),
    Buffer.alloc(1024 * 1024, `--${boundary}\r\n`),
  ]
}

/** A text where a list may stand, and the like: what the wire allows is not hostile. */
const stillGood = new Set(
  [
    { ...bodies.messages.good, system: '' },
    { ...bodies.messages.good, system: 'x'.repeat(200_000) },
    { ...bodies.count_tokens.good, system: '' },
    { ...bodies.count_tokens.good, system: 'x'.repeat(200_000) },
    { ...bodies.invoke.good, system: '' },
    { ...bodies.invoke.good, system: 'x'.repeat(200_000) },
    { ...bodies.invoke.good, anthropic_version: '' },
    { ...bodies.invoke.good, anthropic_version: 'x'.repeat(200_000) },
    { ...bodies.embeddings.good, input: 'x'.repeat(200_000) },
  ].map((body) => JSON.stringify(body)),
)

/** The deep value stands first; the good one that would win over it goes. */
function dropLater(body: string, good: object): string {
  const field = /^\{"(\w+)"/.exec(body)![1]!
  const later = Object.fromEntries(Object.entries(good).filter(([name]) => name !== field))
  return `${body.slice(0, body.indexOf(']'.repeat(50_000)) + 50_000)},${JSON.stringify(later).slice(1)}`.replace(
    ',}',
    '}',
  )
}

/** What each format's clients take for an error. */
const errorShapes: Readonly<Record<string, object>> = {
  openai: { error: { message: expect.any(String) as string, type: expect.any(String) as string } },
  anthropic: {
    type: 'error',
    error: { type: expect.any(String) as string, message: expect.any(String) as string },
  },
  gemini: {
    error: {
      code: expect.any(Number) as number,
      message: expect.any(String) as string,
      status: expect.any(String) as string,
    },
  },
  bedrock: { __type: expect.any(String) as string, message: expect.any(String) as string },
}

describe.each(mounts)('through the %s', (mount) => {
  test.each(callRoutes.map((route) => [route.path, route] as const))(
    '%s refuses every hostile body in its own shape, and serves the next call on the same connection',
    async (_path, route) => {
      const client = new Client(g.urlOf(mount))
      const path = route.path.replace('{model}', 'gpt-4o-mini')
      const type = route.form ? `multipart/form-data; boundary=${boundary}` : 'application/json'
      const send = async (body: string | Buffer) => {
        const answer = await client.request({
          method: 'POST',
          path,
          headers: { authorization: `Bearer ${key.text}`, 'content-type': type },
          body,
        })
        return { status: answer.statusCode, text: await answer.body.text() }
      }
      try {
        for (const body of route.form ? [...broken(route), ...brokenForms()] : broken(route)) {
          const { status, text } = await send(body)
          expect(status).toBeGreaterThanOrEqual(400)
          expect(status).toBeLessThan(500)
          expect(JSON.parse(text)).toMatchObject(errorShapes[route.format.name]!)
          expect(text).not.toMatch(/\bat .*:\d+:\d+|node_modules|TypeError|RangeError/)
        }
        const chat = await client.request({
          method: 'POST',
          path: '/v1/chat/completions',
          headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
          body: JSON.stringify(bodies.chat.good),
        })
        expect(chat.statusCode).toBe(200)
        await chat.body.dump()
      } finally {
        await client.close()
      }
    },
    60_000,
  )
})

describe('on the front door’s socket', () => {
  const good = JSON.stringify(bodies.chat.good)
  const head = (lines: readonly string[]) => `${lines.join('\r\n')}\r\n\r\n`
  const post = (target: string, ...more: string[]) =>
    head([`POST ${target} HTTP/1.1`, 'host: gateway', `authorization: Bearer ${key.text}`, ...more])
  const length = `content-length: ${good.length}`
  const smuggled = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-gh-smuggled\r\ncontent-length: 0\r\n\r\n`

  /** What the server answers until it ends the connection, or for half a second. */
  function answersTo(bytes: string): Promise<{ readonly text: string; readonly ended: boolean }> {
    const { hostname, port } = new URL(g.url)
    return new Promise((resolve) => {
      let text = ''
      const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(bytes, 'latin1')))
      const timer = setTimeout(() => socket.destroy(), 500)
      let ended = false
      socket.on('data', (chunk) => (text += chunk.toString('latin1')))
      socket.on('end', () => (ended = true))
      socket.on('error', () => (ended = true))
      socket.on('close', () => {
        clearTimeout(timer)
        resolve({ text, ended })
      })
    })
  }

  test.each<[string, () => string]>([
    ['two lengths', () => post('/v1/chat/completions', length, 'content-length: 4') + good],
    [
      'a length and chunks',
      () => post('/v1/chat/completions', length, 'transfer-encoding: chunked') + `0\r\n\r\n${smuggled}`,
    ],
    [
      'two encodings',
      () =>
        post('/v1/chat/completions', 'transfer-encoding: chunked', 'transfer-encoding: identity') +
        `0\r\n\r\n${smuggled}`,
    ],
    ['an encoding in disguise', () => post('/v1/chat/completions', 'transfer-encoding: xchunked', length) + good],
    ['a space before the colon', () => post('/v1/chat/completions', `content-length : ${good.length}`) + good],
    ['a folded header', () => post('/v1/chat/completions', 'x-a: b\r\n c', 'content-length: nine') + good],
    ['NUL in a header', () => post('/v1/chat/completions', 'x-a: \0', length) + good],
    [
      'a bare LF in a header',
      () => post('/v1/chat/completions', 'x-a: b\ncontent-length: 0', 'content-length: +4') + good,
    ],
    ['a negative length', () => post('/v1/chat/completions', 'content-length: -1') + good],
    [
      'a chunk of no size',
      () => post('/v1/chat/completions', 'transfer-encoding: chunked') + `zz\r\n${good}\r\n0\r\n\r\n`,
    ],
    ['a head of 100 KB', () => post('/v1/chat/completions', `x-a: ${'x'.repeat(100_000)}`, length) + good],
    ['no HTTP at all', () => `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${'x'.repeat(100)}\r\n\r\n`],
  ])('%s ends the connection, and what follows is never read as a call', async (_what, bytes) => {
    const { text, ended } = await answersTo(bytes())
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(ended).toBe(true)
  })

  test.each([
    'http://evil.example/v1/chat/completions',
    'https://127.0.0.1/v1/chat/completions',
    '//evil.example/v1/chat/completions',
    '/v1/../v1/chat/completions',
    '/v1/%2e%2e/v1/chat/completions',
    '/x/../v1/chat/completions',
    '/v1/chat/completions%00',
    '/v1/chat%2fcompletions',
    '/v1/chat\\completions',
    '/v1/chat/completions/..;/admin',
    '*',
    'v1/chat/completions',
  ])('the target %s is never taken for a call', async (target) => {
    const before = g.simulator.totals().calls
    const { text } = await answersTo(post(target, length, 'connection: close') + good)
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(g.simulator.totals().calls).toBe(before)
  })

  test('other callers notice nothing of it', async () => {
    const calls = Array.from({ length: 40 }, () =>
      fetch(`${g.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
        body: good,
      }).then((answer) => answer.status),
    )
    const hostile = Array.from({ length: 40 }, () =>
      answersTo(post('/v1/chat/completions', length, 'content-length: 1')),
    )
    await Promise.all(hostile)
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]))
  })
})
