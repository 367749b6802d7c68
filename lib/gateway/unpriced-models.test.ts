/** Calls of a model that has no price: refused or flagged as the organisation says, and never taken for free. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UnpricedModels } from '#lib/catalog/contract.ts'
import { interruptedEvent } from '#lib/limits/sweep.ts'
import { holdDraft } from '#lib/ledger/contract.ts'
import { eventsOf, lastEventOf } from '#lib/testing/calls.ts'
import { miniPrice, startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
})
afterAll(() => g?.close())

const setTo = (unpricedModels: UnpricedModels) =>
  g.change(['catalog'], ({ db }) => db.organisation.updateMany({ data: { unpricedModels } }))
beforeEach(() => setTo('flag'))

function post(key: TestKey, content: string = '@sim in=12 out=5', more: object = {}): Promise<Response> {
  return fetch(`${g.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
    body: JSON.stringify({ model: 'unpriced', messages: [{ role: 'user', content }], ...more }),
  })
}

describe('a model without a price', () => {
  test('is refused on the very next call once the organisation says so, and served on the next once it says flag', async () => {
    const key = await g.makeKey()
    const statuses: number[] = []
    for (const setting of ['flag', 'refuse', 'flag', 'refuse'] as const) {
      await setTo(setting)
      statuses.push((await post(key)).status)
    }
    expect(statuses).toEqual([200, 403, 200, 403])
  })

  test.each([false, true])('has its tokens booked and its cost told as not priced (stream: %s)', async (stream) => {
    const key = await g.makeKey()
    await (await post(key, undefined, { stream })).text()
    expect(await lastEventOf(g, key.id)).toMatchObject({
      outcome: 'served',
      tokens: { input: 12, output: 5 },
      costNanos: '0',
      priceLines: [],
      priceVersion: null,
      estimated: true,
      estimatedWhy: 'no price for input, output',
    })
  })

  test('is priced from the moment it has a price, without a restart', async () => {
    const key = await g.makeKey()
    await (await post(key)).text()
    await g.change(['catalog'], ({ db }) =>
      db.price.create({
        data: {
          id: 'price_late',
          modelId: 'model_unpriced',
          nanosPerMillion: miniPrice,
          effectiveFrom: new Date(0),
          source: 'test',
        },
      }),
    )
    await (await post(key)).text()
    await g.change(['catalog'], ({ db }) => db.price.delete({ where: { id: 'price_late' } }))
    const costs = (await eventsOf(g, key, 2)).map(({ costNanos, estimated }) => [costNanos, estimated])
    expect(costs).toEqual([
      ['0', true],
      [String(12 * 150 + 5 * 600), false],
    ])
  })

  test.each(['hard', 'alert_then_enforce'] as const)(
    'is refused under a %s budget, with the budget named and the way on',
    async (posture) => {
      const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n, posture } })
      const response = await post(key)
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({
        error: {
          code: 'model_not_allowed',
          message: expect.stringMatching(
            /cannot be counted against the budget of key "test-.+An administrator can set a price/,
          ),
          gatehouse: { scope: { type: 'key', id: key.id } },
        },
      })
      expect(await lastEventOf(g, key.id)).toMatchObject({
        outcome: 'refused',
        decision: { code: 'model_not_allowed' },
      })
    },
  )

  test('is served under a budget that only alerts', async () => {
    const key = await g.makeKey({ budget: { amountNanos: 1n, posture: 'soft' } })
    expect((await post(key)).status).toBe(200)
  })

  test('whose gateway dies is told as not priced too: nothing of it has a price line', async () => {
    const key = await g.makeKey()
    await (await post(key)).text()
    const served = await lastEventOf(g, key.id)
    const draft = holdDraft.parse({ event: { ...served, tokens: {} }, prices: {}, promptTokensEstimate: 12 })
    expect(interruptedEvent(draft, 3, served.at)).toMatchObject({
      tokens: { input: 12, output: 3 },
      priceLines: [],
      priceVersion: null,
      estimated: true,
    })
  })
})
