/** A model by its names, and what its routes cost: what is called, what is booked, what is charged. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UsageEvent } from '#lib/ledger/contract.ts'
import { lastEventOf } from '#lib/testing/calls.ts'
import { miniPrice, mounts, startTestGateway, type KeyWish, type TestGateway } from '#lib/testing/gateway.ts'

/** Nano-USD a token: 200 in and 900 out, against the model's 150 and 600. */
const euPrice = { input: 200_000_000, output: 900_000_000 }
let g: TestGateway
/** A provider that always fails; how often it was asked. */
let failing: http.Server
let failures = 0

beforeAll(async () => {
  failing = http.createServer((_request, response) => {
    failures++
    response.writeHead(503).end()
  })
  await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve))
  g = await startTestGateway()
  await g.change(['catalog'], async ({ db }) => {
    const provider = (name: string, baseUrl: string) => ({
      id: `prov_${name}`,
      name,
      displayName: name,
      kind: 'openai',
      baseUrl,
      simulated: true,
    })
    await db.provider.createMany({
      data: [
        provider('failing', `http://127.0.0.1:${(failing.address() as AddressInfo).port}`),
        provider('openai-eu', `${g.simulator.url}/openai/v1`),
      ],
    })
    const route = (providerId: string, rank: number) => ({
      id: `depl_house_${rank}`,
      providerId,
      rank,
      upstreamModel: 'gpt-4o-mini',
    })
    await db.model.create({
      data: {
        id: 'model_house',
        name: 'house/large',
        displayName: 'House',
        vendor: 'test',
        endpoints: ['chat'],
        aliases: { create: { name: 'large' } },
        deployments: { create: [route('prov_failing', 0), route('prov_openai-eu', 1), route('prov_sim', 2)] },
      },
    })
    const price = { modelId: 'model_house', effectiveFrom: new Date(0), source: 'test' }
    await db.price.createMany({
      data: [
        { ...price, id: 'price_house', nanosPerMillion: miniPrice },
        { ...price, id: 'price_house_eu', deploymentId: 'depl_house_1', nanosPerMillion: euPrice },
      ],
    })
  })
})
beforeEach(() => {
  failures = 0
})
afterAll(async () => {
  failing?.closeAllConnections()
  failing?.close()
  await g?.close()
})

type Answer = { readonly response: Response; readonly event: UsageEvent }

async function call(model: string, wish: KeyWish = {}, url: string = g.url): Promise<Answer> {
  const key = await g.makeKey(wish)
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: '@sim in=100 out=10' }] }),
  })
  await response.arrayBuffer()
  return { response, event: await lastEventOf(g, key.id) }
}

const triesOf = ({ event }: Answer) => event.attempts.map(({ provider, status }) => [provider, status])

describe('a call by an alias', () => {
  test.each(mounts)('is answered and booked under the model’s own name through the %s', async (mount) => {
    const { response, event } = await call('large', { models: ['house/large'] }, g.urlOf(mount))
    expect(response.status).toBe(200)
    expect(response.headers.get('x-gatehouse-model')).toBe('house/large')
    expect(event).toMatchObject({ outcome: 'served', model: 'house/large', modelAsked: 'large' })
  })

  test('goes where it points on the next call', async () => {
    expect((await call('large')).event.model).toBe('house/large')
    const moveTo = (modelId: string) =>
      g.change(['catalog'], ({ db }) => db.modelAlias.update({ where: { name: 'large' }, data: { modelId } }))
    await moveTo('model_gpt-4o')
    expect((await call('large')).event).toMatchObject({ model: 'gpt-4o', modelAsked: 'large' })
    await moveTo('model_house')
  })

  test('is refused to a key that may not use the model', async () => {
    const { response, event } = await call('large', { models: ['gpt-4o'] })
    expect([response.status, event.errorCode]).toEqual([403, 'model_not_allowed'])
  })
})

describe('a call to one provider', () => {
  test.each(['openai/house/large', '@openai/house/large', 'openai/large'])('as %s goes there at once', async (name) => {
    const answer = await call(name)
    expect(answer.response.status).toBe(200)
    expect(triesOf(answer)).toEqual([['openai', 200]])
    expect(answer.event).toMatchObject({ model: 'house/large', modelAsked: name, provider: 'openai' })
    expect(failures).toBe(0)
  })

  test('goes nowhere else when that provider fails', async () => {
    const answer = await call('failing/house/large')
    expect(answer.response.status).toBe(502)
    expect(new Set(triesOf(answer).map(([provider]) => provider))).toEqual(new Set(['failing']))
    expect(answer.event).toMatchObject({ outcome: 'failed', costNanos: '0' })
  })

  test.each(['azure/house/large', 'openai-eu/gpt-4o', '@openai-eu'])('as %s is not known', async (name) => {
    const { response, event } = await call(name)
    expect([response.status, event.errorCode, event.modelAsked]).toEqual([404, 'model_not_found', name])
  })
})

describe('a call is charged by the route that served it', () => {
  test('which is another than the first where that one fails', async () => {
    const answer = await call('house/large')
    // The first is not even asked any more once it has failed often enough.
    expect(triesOf(answer).at(-1)).toEqual(['openai-eu', 200])
    expect(answer.event).toMatchObject({
      deploymentId: 'depl_house_1',
      priceVersion: 'price_house_eu',
      costNanos: String(100 * 200 + 10 * 900),
      priceLines: [
        { unit: 'input', quantity: 100, nanosPerMillion: euPrice.input },
        { unit: 'output', quantity: 10, nanosPerMillion: euPrice.output },
      ],
    })
  })

  test('at the model’s price where it has none of its own', async () => {
    const { event } = await call('openai/house/large')
    expect(event).toMatchObject({ priceVersion: 'price_house', costNanos: String(100 * 150 + 10 * 600) })
  })

  test('and a budget holds what the dearest of the planned routes would cost', async () => {
    const budget = { amountNanos: 1_000_000_000n }
    const { event: any } = await call('house/large', { budget })
    const { event: cheap } = await call('openai/house/large', { budget })
    const held = ({ decision: { promptBytes, outputAllowed, heldNanos } }: UsageEvent) => [
      promptBytes! * 200 + outputAllowed! * 900 === Number(heldNanos),
      promptBytes! * 150 + outputAllowed! * 600 === Number(heldNanos),
    ]
    expect([held(any), held(cheap)]).toEqual([
      [true, false],
      [false, true],
    ])
  })
})

describe('the list of models', () => {
  const ask = async (path: string, wish: KeyWish = {}) => {
    const key = await g.makeKey(wish)
    const response = await fetch(g.url + path, { headers: { authorization: `Bearer ${key.text}` } })
    return { status: response.status, body: (await response.json()) as { id?: string; data?: { id: string }[] } }
  }

  test('names every model that can be called, once', async () => {
    const { body } = await ask('/v1/models')
    expect(body.data!.map(({ id }) => id).toSorted()).toEqual(
      ['gpt-4o', 'gpt-4o-mini', 'house/large', 'text-embedding-3-small'].toSorted(),
    )
  })

  test.each(['house/large', 'large', 'openai/large', '%40openai/large'])('tells what %s stands for', async (name) => {
    expect(await ask(`/v1/models/${name}`)).toMatchObject({ status: 200, body: { id: 'house/large' } })
    expect((await ask(`/v1/models/${name}`, { models: ['gpt-4o'] })).status).toBe(404)
  })
})
