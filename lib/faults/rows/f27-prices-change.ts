import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants, ledgerRows } from '#lib/faults/invariants.ts'
import { openStreams, steadyLoad } from '#lib/faults/load.ts'
import { addPrice } from '#lib/catalog/models/change-prices.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

export const pricesChange: Fault = {
  id: 'F27',
  fault: 'prices change while calls and streams run',
  promise: 'a call is priced by the version that it was admitted with',
  withinMs: 90_000,
  async run(start, scale) {
    const changes = scale === 'full' ? 8 : 3
    const world = await start({ gateways: 2, workers: 1 })
    const key = await world.newKey()
    const load = steadyLoad(world.gateways, key, 8)
    const streams = await openStreams(world.gateways[0]!.url, key, 20, { content: '@sim out=60 gap=60', stream: true })
    for (let n = 1; n <= changes; n++) {
      const usdPerMillion = { input: `0.${15 + n}`, cached_read: '0.075', output: `0.${60 + n}` }
      await addPrice(world.context, bootstrap, 'gpt-4o-mini', { usdPerMillion })
      await sleep(500)
    }
    await load.stop()
    const streamed = await streams.ended
    await comeToRest(world)

    const rows = (await ledgerRows(world)).filter(({ outcome }) => outcome === 'served')
    const prices = await world.database.db.price.findMany({ select: { id: true, nanosPerMillion: true }, take: 1_000 })
    const priceOf = new Map(
      prices.map(({ id, nanosPerMillion }) => [id, nanosPerMillion as { input: number; output: number }]),
    )
    const wrong = rows.filter(({ priceVersion, input, output, cost }) => {
      const price = priceOf.get(priceVersion ?? '')
      return !price || Math.round((input * price.input + output * price.output) / 1_000_000) !== cost
    })
    const marks = new Set(streamed.map(({ mark }) => mark))
    const ofStreams = new Set(rows.filter(({ mark }) => marks.has(mark)).map(({ priceVersion }) => priceVersion))
    return [
      atLeast('versions used', new Set(rows.map(({ priceVersion }) => priceVersion)).size, changes),
      exactly('priced by another version', wrong.length, 0),
      exactly('versions of streams that ran throughout', [...ofStreams].join(), 'price_gpt-4o-mini'),
      ...(await invariants(world, [...load.results, ...streamed], 'change')),
    ]
  },
}
