import { setTimeout as sleep } from 'node:timers/promises'
import { atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants, ledgerRows, providerCalls } from '#lib/faults/invariants.ts'
import { openStreams, quick } from '#lib/faults/load.ts'
import { until } from '#lib/faults/world.ts'
import { openHolds } from '#lib/limits/keys.ts'
import { startLoad } from '#lib/testing/load.ts'

const gapMs = 100

export const gatewayKilled: Fault = {
  id: 'F10',
  fault: 'a gateway is killed with 200 streams under way',
  promise: 'streams end without a false end; holds are swept within 15 s; at most 2 s of tokens a stream are missed',
  withinMs: 120_000,
  async run(start, scale) {
    const count = scale === 'full' ? 200 : 40
    const world = await start({ gateways: 1, workers: 1 })
    const [gateway] = world.gateways
    const key = await world.newKey()
    const load = startLoad([gateway!.url], key.text, 4, quick, 40)
    const streams = await openStreams(gateway!.url, key, count, { content: `@sim out=4000 gap=${gapMs}`, stream: true })
    await sleep(4_000)
    await gateway!.kill()
    const killedAtMs = Date.now()
    await load.stop()
    const cut = await streams.ended
    await until('nothing is held', async () => (await world.redis.zcard(openHolds)) === 0, 40_000)
    const sweptMs = Date.now() - killedAtMs
    await comeToRest(world)

    const [rows, known] = [await ledgerRows(world), await providerCalls(world)]
    const marks = new Set(cut.map(({ mark }) => mark))
    const missed = known
      .filter(({ mark }) => marks.has(mark))
      .map(({ mark, usage }) => usage.completion_tokens - (rows.find((row) => row.mark === mark)?.output ?? 0))
    return [
      exactly('streams cut', cut.filter(({ status, isWhole }) => status === 200 && !isWhole).length, count),
      atMost('swept after, ms', sweptMs, 15_000),
      exactly('in the ledger', rows.filter(({ mark }) => marks.has(mark)).length, count),
      atMost('tokens of a stream missed, in s', (Math.max(...missed) * gapMs) / 1_000, 2),
      atMost('tokens of a stream too many', Math.max(...missed.map((tokens) => -tokens)), 0),
      ...(await invariants(world, [...load.results, ...cut])),
    ]
  },
}
