import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { defineEndpoint, reply } from '#lib/management/endpoint.ts'
import { serve } from '#lib/management/serve.ts'
import { pageQueryOf } from '#lib/management/page.ts'
import { callerOf } from '#lib/identity/caller-of.ts'
import { AppError } from '#lib/platform/errors.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { openSignInPortal, signInAs, TinyBrowser, type SignInPortal } from '#lib/testing/sign-in-portal.ts'

let runs = 0
let release: () => void = () => {}
let portal: SignInPortal

const thing = z.object({ name: z.string(), note: z.string().optional() })
const base = { tag: 'Test', action: 'me.read' } as const
const endpoints = [
  defineEndpoint({
    ...base,
    method: 'POST',
    path: '/things',
    summary: 'Make',
    status: 201,
    response: thing,
    body: z.strictObject({
      name: z.string().max(20),
      limits: z.strictObject({ rpm: z.int().optional() }).optional(),
      tags: z.record(z.string(), z.string()).optional(),
    }),
    // A whole row, secrets and all: what the schema does not name must not leave.
    handle: ({ body }) => ({ name: `${body.name} ${++runs}`, digest: 'canary-digest', secret: 'canary-secret' }),
  }),
  defineEndpoint({
    ...base,
    method: 'GET',
    path: '/things',
    summary: 'List',
    response: z.object({ query: z.json() }),
    query: pageQueryOf({ sorts: ['name', '-name'], filters: ['status'] }),
    csv: () => ({
      fileName: 'things',
      columns: ['name', 'amount'],
      rows: [
        ['=HYPERLINK("http://evil")', 1n],
        ['+1', 2],
        ['plain, with comma', null],
        ['-2+3', '-12.5'],
      ],
    }),
    handle: ({ query }) => ({ query: { ...query, cursor: null } }),
  }),
  defineEndpoint({
    ...base,
    method: 'GET',
    path: '/things/{id}',
    summary: 'Read',
    response: thing,
    handle: ({ params }) => ({ name: params.id ?? '' }),
  }),
  defineEndpoint({
    ...base,
    method: 'GET',
    path: '/things/special',
    summary: 'Literal',
    response: thing,
    handle: () => ({ name: 'the literal' }),
  }),
  defineEndpoint({
    ...base,
    method: 'DELETE',
    path: '/things/{id}',
    summary: 'Remove',
    status: 204,
    response: z.void(),
    handle: () => undefined,
  }),
  defineEndpoint({
    ...base,
    method: 'POST',
    path: '/slow',
    summary: 'Slow',
    response: thing,
    handle: async () => {
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return { name: 'slow' }
    },
  }),
  defineEndpoint({
    ...base,
    method: 'POST',
    path: '/pending',
    summary: 'Pending',
    status: 201,
    response: thing,
    answers: { 202: { description: 'Waits for approval', schema: z.object({ id: z.string() }) } },
    handle: () => reply(202, { id: 'x', secret: 'canary-secret' }),
  }),
  defineEndpoint({
    ...base,
    method: 'GET',
    path: '/admin-only',
    summary: 'Admin',
    action: 'audit.read',
    response: thing,
    handle: () => ({ name: 'x' }),
  }),
  defineEndpoint({
    ...base,
    method: 'GET',
    path: '/boom',
    summary: 'Boom',
    response: thing,
    handle: () => {
      throw new Error('canary-internal at /srv/secret.ts')
    },
  }),
  defineEndpoint({
    ...base,
    method: 'GET',
    path: '/wrong-shape',
    summary: 'Wrong',
    response: thing,
    handle: () => ({ name: 7 }) as never,
  }),
  defineEndpoint({
    ...base,
    method: 'POST',
    path: '/refuse',
    summary: 'Refuse',
    response: thing,
    handle: () => {
      runs++
      throw new AppError('guardrail_exceeded', 'Too much.', {
        errors: [{ field: 'limits.rpm', message: 'At most 60.', maximum: 60 }],
        details: { why: 'canary-detail' },
      })
    },
  }),
]

beforeAll(async () => {
  portal = await openSignInPortal(endpoints)
})
afterAll(() => portal.close())

type Init = RequestInit & { headers?: Record<string, string> }

function ask(path: string, init: Init = {}) {
  return fetch(`${portal.url}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${portal.test.bootstrapToken}`, ...init.headers },
  })
}
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

async function problem(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const body = (await response.json()) as {
    code: string
    status: number
    detail: string
    errors?: object[]
    requestId: string
  }
  expect(body.status).toBe(response.status)
  expect(body.requestId).toBe(response.headers.get('x-request-id'))
  expect(JSON.stringify(body)).not.toMatch(/canary|node_modules|\.ts\b|\\n\s+at /)
  return body
}

describe('the management API', () => {
  test('answers with the fields of its schema and no others', async () => {
    const response = await post('/things', { name: 'a' })
    expect(response.status).toBe(201)
    expect(Object.keys((await response.json()) as object)).toEqual(['name'])
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
  })

  test('answers a status of its own only with the schema declared for it', async () => {
    const response = await post('/pending', {})
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ id: 'x' })
  })

  test('prefers a literal address to a parameter', async () => {
    expect(await (await ask('/things/special')).json()).toEqual({ name: 'the literal' })
    expect(await (await ask('/things/a%20b')).json()).toEqual({ name: 'a b' })
  })

  test('answers 204 without a body', async () => {
    const response = await ask('/things/x', { method: 'DELETE' })
    expect([response.status, await response.text()]).toEqual([204, ''])
  })

  test.each([
    '/nothing',
    '/things/a/b',
    '/things//',
    '/things/a%00b',
    '/things/%ff',
    `/things/${'a'.repeat(300)}`,
    '/Things',
  ])('answers 404 to %s', async (path) => {
    const response = await ask(path)
    expect([response.status, (await problem(response)).code]).toEqual([404, 'not_found'])
  })

  test('answers 405 to a wrong method and says which are right', async () => {
    const response = await ask('/things', { method: 'PATCH' })
    expect([response.status, (await problem(response)).code]).toEqual([405, 'method_not_allowed'])
    expect(response.headers.get('allow')).toBe('POST, GET')
  })

  test('answers 500 without a word of what went wrong inside', async () => {
    for (const path of ['/boom', '/wrong-shape']) {
      const response = await ask(path)
      expect([response.status, (await problem(response)).code]).toEqual([500, 'internal'])
    }
  })

  test('answers 503, not 401, when the database is gone', async () => {
    const { db, close } = openDatabase('postgresql://nobody:x@127.0.0.1:9/none')
    const context = { ...portal.context, db }
    const request = new Request(`${portal.url}/api/v1/things`, {
      headers: { authorization: `Bearer gh-api-${'a'.repeat(43)}` },
    })
    const response = await serve(endpoints, request, {
      context,
      callerOf: ({ headers }, id) => callerOf(context, headers, id),
    })
    expect([response.status, (await problem(response)).code]).toEqual([503, 'service_unavailable'])
    expect(response.headers.get('retry-after')).toBe('2')
    await close()
  })

  test('gives CSV to whoever asks for it, with formulas made harmless', async () => {
    const response = await ask('/things', { headers: { accept: 'text/csv' } })
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="things.csv"')
    expect((await response.text()).split('\r\n')).toEqual([
      'name,amount',
      `"'=HYPERLINK(""http://evil"")",1`,
      `'+1,2`,
      '"plain, with comma",',
      `'-2+3,-12.5`,
      '',
    ])
    expect(
      (await ask('/things', { headers: { accept: 'application/json, text/csv;q=0.5' } })).headers.get('content-type'),
    ).toContain('json')
  })
})

describe('who asks', () => {
  test.each([
    ['nobody', ''],
    ['a wrong token', 'Bearer gh-api-wrong'],
    ['a token of the right form', `Bearer gh-api-${'A'.repeat(43)}`],
    ['a virtual key', `Bearer sk-gh-${'a'.repeat(46)}`],
    ['an empty bearer', 'Bearer '],
    ['SQL', `Bearer '; DROP TABLE api_token; SELECT pg_sleep(10) --`],
    ['another scheme', 'Basic YWRtaW46YWRtaW4='],
  ])('is not known as %s', async (_who, authorization) => {
    const response = await ask('/things', { headers: { authorization } })
    expect([response.status, (await problem(response)).code]).toEqual([401, 'unauthenticated'])
    expect(response.headers.get('www-authenticate')).toContain('Bearer')
  })

  test('is known by the bootstrap token, and not by any part of it', async () => {
    expect((await ask('/things')).status).toBe(200)
    const { bootstrapToken } = portal.test
    for (const text of [bootstrapToken.slice(0, -1), `${bootstrapToken}x`, bootstrapToken.toUpperCase()]) {
      expect((await ask('/things', { headers: { authorization: `Bearer ${text}` } })).status).toBe(401)
    }
  })

  test.each([
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-proto', 'https'],
    ['x-middleware-subrequest', 'proxy:proxy:proxy'],
    ['x-http-method-override', 'GET'],
    ['x-original-url', '/api/v1/openapi.json'],
  ])('does not depend on the header %s', async (name, value) => {
    expect((await ask('/admin-only', { headers: { [name]: value, authorization: '' } })).status).toBe(401)
  })

  test('is refused where no role could allow it', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-vera')
    const response = await browser.request(`${portal.url}/api/v1/admin-only`)
    expect([response.status, (await problem(response)).code]).toEqual([403, 'forbidden'])
  })
})

describe('a change with a session cookie', () => {
  let browser: TinyBrowser
  beforeAll(async () => {
    browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-ada')
  })
  const change = (headers: Record<string, string>, method = 'POST', body: string | null = '{"name":"csrf"}') =>
    browser.request(`${portal.url}/api/v1/things${method === 'POST' ? '' : '/x'}`, { method, headers, body })
  const json = { 'content-type': 'application/json' }

  test('is made from our own page', async () => {
    expect((await change({ ...json, origin: portal.url })).status).toBe(201)
    expect((await change({ ...json, origin: portal.url, 'sec-fetch-site': 'same-origin' })).status).toBe(201)
    expect((await change({ origin: portal.url }, 'DELETE', null)).status).toBe(204)
  })

  test.each([
    ['without an Origin', json],
    ['with the Origin null', { ...json, origin: 'null' }],
    ['from another site', { ...json, origin: 'https://evil.example' }],
    ['from another port', { ...json, origin: 'http://127.0.0.1:1' }],
    ['from an address that begins alike', { ...json, origin: 'http://127.0.0.1.evil.example' }],
    ['from a sibling, as the browser says', { ...json, 'sec-fetch-site': 'same-site' }],
    ['across sites with our Origin', { ...json, 'sec-fetch-site': 'cross-site' }],
    ['by a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['by a form of plain text', { 'content-type': 'text/plain' }],
  ])('is refused %s', async (what, headers: Record<string, string>) => {
    const ours: Record<string, string> =
      what.startsWith('by a form') || what.includes('our Origin') || what.includes('sibling')
        ? { origin: portal.url }
        : {}
    const response = await change({ ...ours, ...headers })
    expect([response.status, (await problem(response)).code]).toEqual([403, 'csrf_rejected'])
  })

  test('is refused from elsewhere for every method', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const response = await change(
        { ...json, origin: 'https://evil.example' },
        method,
        method === 'DELETE' ? null : '{}',
      )
      expect([403, 405]).toContain(response.status)
    }
  })

  test('needs no Origin where a token speaks', async () => {
    expect((await post('/things', { name: 'token' })).status).toBe(201)
  })

  test('is not saved by a cookie beside a wrong token', async () => {
    const response = await browser.request(`${portal.url}/api/v1/things`, {
      headers: { authorization: 'Bearer wrong' },
    })
    expect(response.status).toBe(401)
  })
})

describe('creating', () => {
  test('more than sixty things a minute is put off for a person, and never for a token', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-cole')
    const create = () =>
      browser.request(`${portal.url}/api/v1/things`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: portal.url },
        body: '{"name":"many"}',
      })
    const answers = []
    for (let count = 0; count < 61; count++) answers.push(await create())
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 60 }, () => 201), 429])
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await post('/things', { name: 'token' })).status).toBe(201)
  })
})

describe('what is sent', () => {
  test.each([
    ['broken JSON', '{"name":', 400, 'invalid_request'],
    ['no JSON', 'name=a', 400, 'invalid_request'],
    ['a list', '[]', 422, 'validation_failed'],
    ['null', 'null', 422, 'validation_failed'],
    ['a number for a text', '{"name":7}', 422, 'validation_failed'],
    ['a field that is not there', '{"name":"a","role":"admin"}', 422, 'validation_failed'],
    ['a nested field that is not there', '{"name":"a","limits":{"rpm":1,"x":1}}', 422, 'validation_failed'],
    ['a prototype', '{"name":"a","__proto__":{"role":"admin"}}', 400, 'invalid_request'],
    ['a NUL', '{"name":"a\\u0000b"}', 400, 'invalid_request'],
    ['half a surrogate pair', '{"name":"\\ud800"}', 400, 'invalid_request'],
    ['deep nesting', `{"name":${'['.repeat(100_000)}`, 400, 'invalid_request'],
    ['deep nesting that is valid', `{"tags":${'{"a":'.repeat(50)}1${'}'.repeat(50)}}`, 400, 'invalid_request'],
    ['1e400', '{"name":"a","limits":{"rpm":1e400}}', 422, 'validation_failed'],
  ])('may be %s', async (_what, body, status, code) => {
    const response = await post('/things', body)
    expect([response.status, (await problem(response)).code]).toEqual([status, code])
  })

  test('is refused with each field that is wrong', async () => {
    const { errors } = await problem(await post('/things', { limits: { rpm: 'many' }, extra: 1 }))
    expect(errors?.map((error) => (error as { field: string }).field).toSorted()).toEqual([
      'extra',
      'limits.rpm',
      'name',
    ])
  })

  test('may be invalid UTF-8', async () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])
    const response = await ask('/things', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(response.status).toBe(400)
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/json; charset=utf-16',
    '',
  ])('is not read as JSON when it says %s', async (type) => {
    const response = await ask('/things', {
      method: 'POST',
      headers: { 'content-type': type },
      body: Buffer.from('{"name":"a"}'),
    })
    expect([response.status, (await problem(response)).code]).toEqual([415, 'unsupported_media_type'])
  })

  test('is at most a megabyte, whether its length is announced or not', async () => {
    const big = JSON.stringify({ name: 'a'.repeat(1_100_000) })
    expect((await problem(await post('/things', big))).code).toBe('request_too_large')
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(Buffer.from(big))
        controller.close()
      },
    })
    const request = new Request(`${portal.url}/api/v1/things`, {
      method: 'POST',
      body: stream,
      headers: { authorization: `Bearer ${portal.test.bootstrapToken}`, 'content-type': 'application/json' },
      duplex: 'half',
    } as RequestInit)
    const response = await serve(endpoints, request, {
      context: portal.context,
      callerOf: ({ headers }, id) => callerOf(portal.context, headers, id),
    })
    expect(response.status).toBe(413)
  })

  test.each([
    ['empty', ''],
    ['cut off', '{"na'],
  ])('that is %s although more was announced is refused, not taken for no input', async (_what, body) => {
    const request = new Request(`${portal.url}/api/v1/things`, {
      method: 'POST',
      body,
      headers: {
        authorization: `Bearer ${portal.test.bootstrapToken}`,
        'content-type': 'application/json',
        'content-length': '15',
      },
    })
    const response = await serve(endpoints, request, {
      context: portal.context,
      callerOf: ({ headers }, id) => callerOf(portal.context, headers, id),
    })
    expect([response.status, (await problem(response)).code]).toEqual([400, 'invalid_request'])
  })

  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=x', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['sort=password', 'sort'],
    ['filter[digest]=a', 'filter.digest'],
    ['nonsense=1', 'nonsense'],
    [`q=${'a'.repeat(300)}`, 'q'],
  ])('in the query is refused as %s', async (query, field) => {
    const body = await problem(await ask(`/things?${query}`))
    expect(body).toMatchObject({ code: 'validation_failed', errors: [{ field }] })
  })

  test('in the query reads filters as lists', async () => {
    const response = await ask('/things?limit=5&sort=-name&q=%20a%20&filter[status]=a,b&filter[status]=c')
    expect(await response.json()).toEqual({
      query: { limit: 5, sort: '-name', q: 'a', filter: { status: ['a', 'b', 'c'] }, cursor: null },
    })
  })
})

describe('Idempotency-Key', () => {
  test('makes a repeat answer what the first one answered', async () => {
    const key = { 'idempotency-key': 'once' }
    const [first, second] = [await post('/things', { name: 'once' }, key), await post('/things', { name: 'once' }, key)]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(await second.text()).toBe(await first.text())
    expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ])
  })

  test('refuses another request under the same key', async () => {
    await post('/things', { name: 'one' }, { 'idempotency-key': 'mismatch' })
    const response = await post('/things', { name: 'two' }, { 'idempotency-key': 'mismatch' })
    expect([response.status, (await problem(response)).code]).toEqual([422, 'idempotency_mismatch'])
  })

  test('runs one of many at once', async () => {
    const before = runs
    const responses = await Promise.all(
      Array.from({ length: 12 }, () => post('/things', { name: 'race' }, { 'idempotency-key': 'race' })),
    )
    expect(runs - before).toBe(1)
    expect(new Set(responses.map(({ status }) => status))).toEqual(
      new Set(responses.some(({ status }) => status === 409) ? [201, 409] : [201]),
    )
  })

  test('says that the first one is still running', async () => {
    const first = post('/slow', {}, { 'idempotency-key': 'slow' })
    await expect.poll(() => portal.context.db.idempotencyRecord.count({ where: { key: 'slow' } })).toBe(1)
    const second = await post('/slow', {}, { 'idempotency-key': 'slow' })
    expect([second.status, (await problem(second)).code]).toEqual([409, 'idempotency_in_progress'])
    release()
    expect((await first).status).toBe(200)
  })

  test('keeps a refusal too', async () => {
    const key = { 'idempotency-key': 'refused' }
    const before = runs
    const [first, second] = [await post('/refuse', {}, key), await post('/refuse', {}, key)]
    expect([first.status, second.status, runs - before]).toEqual([422, 422, 1])
    const body = (await second.json()) as object
    expect(body).toMatchObject({
      code: 'guardrail_exceeded',
      errors: [{ field: 'limits.rpm', message: 'At most 60.', maximum: 60 }],
    })
    expect(second.headers.get('content-type')).toBe('application/problem+json')
  })

  test('belongs to whoever sent it', async () => {
    await post('/things', { name: 'mine' }, { 'idempotency-key': 'shared' })
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-dana')
    const response = await browser.request(`${portal.url}/api/v1/things`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: portal.url, 'idempotency-key': 'shared' },
      body: '{"name":"mine"}',
    })
    expect(response.headers.get('idempotency-replayed')).toBeNull()
  })

  test('keeps the answer encrypted', async () => {
    await post('/things', { name: 'sealed-canary' }, { 'idempotency-key': 'sealed' })
    const [record] = await portal.context.db.idempotencyRecord.findMany({ where: { key: 'sealed' } })
    expect(Buffer.from(record?.answer ?? []).toString('latin1')).not.toContain('canary')
  })

  test.each([' ', 'a b', 'ü', 'a'.repeat(256)])('is refused as %j', async (key) => {
    const headers = new Headers({
      authorization: `Bearer ${portal.test.bootstrapToken}`,
      'content-type': 'application/json',
    })
    headers.set('idempotency-key', encodeURI(key) === key ? key : Buffer.from(key).toString('latin1'))
    const response = await fetch(`${portal.url}/api/v1/things`, { method: 'POST', headers, body: '{"name":"a"}' })
    expect(response.status).toBe(400)
  })

  test('may be used again after a day', async () => {
    const key = { 'idempotency-key': 'tomorrow' }
    const start = portal.context.clock.nowMs()
    await post('/things', { name: 'a' }, key)
    portal.test.setNow(start + 25 * 3_600_000)
    const again = await post('/things', { name: 'b' }, key)
    portal.test.setNow(start)
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null])
  })
})
