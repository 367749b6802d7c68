/** How long a provider may take is its own matter, where it is set; for the others what the process has for all counts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProviderTimeouts } from '#lib/catalog/contract.ts'
import type { UsageEvent } from '#lib/ledger/contract.ts'
import { lastEventOf } from '#lib/testing/calls.ts'
import { miniPrice, startTestGateway, type TestGateway } from '#lib/testing/gateway.ts'

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
})
afterAll(() => g?.close())

/** A model on a provider with these times, and behind it, where wished, one without any of its own. */
let made = 0
async function aModel(timeouts: ProviderTimeouts, { baseUrl = '', backup = false } = {}): Promise<string> {
  const name = `timed-${made++}`
  const simulator = `${g.simulator.url}/openai/v1`
  await g.change(['catalog'], async ({ db }) => {
    await db.provider.create({
      data: {
        id: `prov_${name}`,
        name,
        displayName: name,
        kind: 'openai',
        baseUrl: baseUrl || simulator,
        simulated: true,
        timeouts,
      },
    })
    const prices = { id: `price_${name}`, nanosPerMillion: miniPrice, effectiveFrom: new Date(0), source: 'test' }
    const routes = [`prov_${name}`, ...(backup ? ['prov_sim'] : [])]
    await db.model.create({
      data: {
        id: `model_${name}`,
        name,
        displayName: name,
        vendor: 'test',
        endpoints: ['chat'],
        prices: { create: prices },
        deployments: {
          create: routes.map((providerId, rank) => ({
            id: `depl_${name}_${rank}`,
            providerId,
            upstreamModel: 'gpt-4o-mini',
            rank,
          })),
        },
      },
    })
  })
  return name
}

type Answer = { readonly status: number; readonly text: string; readonly event: UsageEvent; readonly tookMs: number }

async function call(model: string, content: string, stream = false): Promise<Answer> {
  const key = await g.makeKey()
  const startedMs = Date.now()
  const response = await fetch(`${g.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content }] }),
  })
  const text = await response.text()
  const tookMs = Date.now() - startedMs
  return { status: response.status, text, event: await lastEventOf(g, key.id), tookMs }
}

const triesOf = ({ event }: Answer): unknown[] => event.attempts.map(({ provider, error }) => [provider, error])
const mostMs = 4_000

describe('a provider with time-outs of its own', () => {
  test('that keeps its head back for longer is followed by the next, which may take longer', async () => {
    const model = await aModel({ firstByteMs: 1_000 }, { backup: true })
    const answer = await call(model, '@sim out=3 ttft=2500')
    expect(answer.status).toBe(200)
    expect(triesOf(answer)).toEqual([
      [model, 'UND_ERR_HEADERS_TIMEOUT'],
      ['openai', null],
    ])
  })

  test('that falls silent inside a stream is cut with a time-out', async () => {
    const answer = await call(await aModel({ idleMs: 1_000 }), '@sim out=40 hang=stream', true)
    expect(answer.text).toContain('"code":"upstream_timeout"')
    expect(answer.event).toMatchObject({ outcome: 'cut', errorCode: 'upstream_timeout' })
    expect(answer.tookMs).toBeLessThan(mostMs)
  })

  test('whose stream flows on is cut when the whole takes longer, and what it had produced is charged', async () => {
    const answer = await call(await aModel({ wholeMs: 1_000 }), '@sim out=400 gap=100', true)
    expect(answer.text).toContain('"code":"upstream_timeout"')
    expect(answer.text).not.toContain('[DONE]')
    expect(answer.tookMs).toBeLessThan(mostMs)
    expect(answer.event).toMatchObject({ outcome: 'cut', errorCode: 'upstream_timeout', estimated: true })
    expect(answer.event.tokens.output).toBeGreaterThan(3)
    expect(triesOf(answer)).toMatchObject([[expect.anything(), 'not whole in time']])
  })

  test('that has sent nothing when the whole takes longer is followed by the next', async () => {
    const answer = await call(await aModel({ wholeMs: 1_000 }, { backup: true }), '@sim out=3 ttft=2500')
    expect(answer.status).toBe(200)
    expect(triesOf(answer)).toMatchObject([
      [expect.anything(), 'not whole in time'],
      ['openai', null],
    ])
  })

  test('that gives no connection is given up after it, not after what others may take', async () => {
    // Of TEST-NET-1: packets to it get lost. Where the network says so at once, there is no time to wait for.
    const model = await aModel({ connectMs: 200 }, { baseUrl: 'http://192.0.2.1/v1', backup: true })
    const answer = await call(model, 'hello')
    expect(answer.status).toBe(200)
    expect(triesOf(answer)).toMatchObject([
      [model, expect.any(String)],
      ['openai', null],
    ])
    expect(answer.tookMs).toBeLessThan(mostMs)
  })

  test('answers as ever within them, and a change counts on the next call', async () => {
    const model = await aModel({ wholeMs: 1_000 })
    expect((await call(model, '@sim out=2 ttft=1500')).status).toBe(504)
    await g.change(['catalog'], ({ db }) => db.provider.updateMany({ where: { name: model }, data: { timeouts: {} } }))
    expect((await call(model, '@sim out=2 ttft=1500')).status).toBe(200)
  })
})
