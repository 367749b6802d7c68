/** Another target is tried only while nothing has reached the caller, and every try is on record. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UsageEvent } from '#lib/ledger/contract.ts'
import { lastEventOf } from '#lib/testing/calls.ts'
import { miniPrice, mounts, startTestGateway, type Mount, type TestGateway } from '#lib/testing/gateway.ts'

let g: TestGateway
/** A provider that answers with the status that its base URL names, or not at all. */
let odd: http.Server
let asked: string[] = []
beforeAll(async () => {
  odd = http.createServer((request, response) => {
    const name = request.url!.split('/')[1]!
    asked.push(name)
    if (name === 'dead') return void request.socket.destroy()
    if (name === 'silent') return
    const body = JSON.stringify({ error: { message: `provider says ${name}` } })
    response.writeHead(Number(name), {
      'content-type': 'application/json',
      'retry-after': '7',
      location: 'http://elsewhere.test/',
    })
    response.end(body)
  })
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve))
  g = await startTestGateway({ firstByteMs: 2_000 })
})
afterAll(async () => {
  odd?.closeAllConnections()
  odd?.close()
  await g?.close()
})

/** A model whose targets are tried in this order; `sim` answers well. */
let models = 0
async function aModel(targets: readonly string[]): Promise<string> {
  const model = `model-${targets.join('-')}-${models++}`
  const base = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`
  asked = []
  await g.change(['catalog'], async ({ db }) => {
    for (const name of targets.filter((target) => target !== 'sim')) {
      const baseUrl = name === 'closed' ? 'http://127.0.0.1:1' : `${base}/${name}`
      const row = {
        id: `prov_${name}`,
        name: `provider-${name}`,
        displayName: name,
        kind: 'openai',
        baseUrl,
        simulated: true,
      }
      await db.provider.upsert({ where: { id: row.id }, create: row, update: {} })
    }
    await db.model.create({
      data: {
        id: `id_${model}`,
        name: model,
        displayName: model,
        vendor: 'test',
        endpoints: ['chat'],
        prices: {
          create: { id: `price_${model}`, nanosPerMillion: miniPrice, effectiveFrom: new Date(0), source: 'test' },
        },
        deployments: {
          create: targets.map((name, rank) => ({
            id: `depl_${model}_${name}`,
            providerId: `prov_${name}`,
            upstreamModel: 'gpt-4o-mini',
            rank,
          })),
        },
      },
    })
  })
  return model
}

type Answer = { readonly response: Response; readonly text: string; readonly event: UsageEvent; readonly held: bigint }

type Wish = { readonly content?: string; readonly stream?: boolean; readonly mount?: Mount }

async function call(targets: readonly string[], wish: Wish = {}): Promise<Answer> {
  const { content = 'hello', stream = false, mount = 'front door' } = wish
  const model = await aModel(targets)
  const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n } })
  const response = await fetch(`${g.urlOf(mount)}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content }] }),
  })
  const text = await response.text()
  return { response, text, event: await lastEventOf(g, key.id), held: await g.heldOn(key) }
}

const triesOf = ({ event }: Answer): unknown[] =>
  event.attempts.map(({ provider, status, error }) => [provider, status, error])

describe('a provider that fails before anything has reached the caller', () => {
  test.each([
    ['500', 500, null],
    ['503', 503, null],
    ['424', 424, null],
    ['401', 401, null],
    ['404', 404, null],
    ['429', 429, null],
    ['dead', null, 'UND_ERR_SOCKET'],
    ['closed', null, 'ECONNREFUSED'],
    ['silent', null, 'UND_ERR_HEADERS_TIMEOUT'],
  ])('%s is followed by the next, and the call is billed once', async (name, status, error) => {
    const answer = await call([name, 'sim'])
    expect(answer.response.status).toBe(200)
    expect(answer.response.headers.get('x-gatehouse-provider')).toBe('openai')
    expect(triesOf(answer)).toEqual([
      [`provider-${name}`, status, error],
      ['openai', 200, null],
    ])
    expect(answer.event).toMatchObject({
      outcome: 'served',
      provider: 'openai',
      estimated: false,
      tokens: { output: 16 },
    })
    expect(answer.held).toBe(0n)
  })

  test('is asked once more where all have failed, unless it said to wait, and nothing is charged', async () => {
    const answer = await call(['500', 'dead', '503'])
    expect(answer.response.status).toBe(502)
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'upstream_error' } })
    expect(asked).toEqual(['500', 'dead', '503', 'dead'])
    expect(answer.event).toMatchObject({ outcome: 'failed', status: 502, costNanos: '0' })
    expect(answer.held).toBe(0n)
  })

  test.each(mounts)('and does not answer in time is told as 504 through the %s, and costs nothing', async (mount) => {
    const answer = await call(['silent'], { mount })
    expect(answer.response.status).toBe(504)
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'upstream_timeout' } })
    expect(triesOf(answer)).toEqual([['provider-silent', null, 'UND_ERR_HEADERS_TIMEOUT']])
    expect(answer.event).toMatchObject({ outcome: 'failed', status: 504, costNanos: '0' })
    expect(answer.held).toBe(0n)
  })

  test('says nothing of our credential or address to the caller', async () => {
    for (const name of ['401', '403', '302']) {
      const { response, text } = await call([name])
      expect(response.status).toBe(502)
      expect(text).not.toContain('provider says')
      expect(response.headers.get('location')).toBeNull()
    }
  })
})

test.each(['400', '422'])(
  'an answer about the request itself, %s, is the caller’s: no other provider is asked',
  async (name) => {
    const { response, text, event } = await call([name, 'sim'])
    expect([response.status, asked]).toEqual([Number(name), [name]])
    expect(text).toContain(`provider says ${name}`)
    expect(event).toMatchObject({ outcome: 'failed', status: Number(name), costNanos: '0' })
  },
)

test('the last provider’s 429 is the caller’s, with its retry-after', async () => {
  const { response, text } = await call(['500', '429'])
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
  expect(text).toContain('provider says 429')
})

test('once a byte has reached the caller no other provider is asked', async () => {
  const answer = await call(['sim', '503'], { content: '@sim out=30 cut=10 gap=5', stream: true })
  expect(asked).toEqual([])
  expect(answer.text).toContain('"code":"upstream_error"')
  expect(answer.text).not.toContain('[DONE]')
  expect(answer.event).toMatchObject({ outcome: 'cut', estimated: true, tokens: { output: 10 } })
})
