import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { openStreams, sentBetween, statusesOf, steadyLoad, tookAt } from '#lib/faults/load.ts'
import { until } from '#lib/faults/world.ts'

export const redisDown: Fault = {
  id: 'F1',
  fault: 'Redis is down for 60 s, by SIGKILL, while streams run; keys are closed',
  promise: '503 with Retry-After within 60 ms; served again within 2 s of its return',
  withinMs: 180_000,
  async run(start, scale) {
    const downMs = scale === 'full' ? 60_000 : 4_000
    const world = await start({ gateways: 2, workers: 1 })
    const key = await world.newKey()
    const streams = await openStreams(world.gateways[0]!.url, key, 10, {
      content: `@sim out=${downMs / 500} gap=500`,
      stream: true,
    })
    const load = steadyLoad(world.gateways, key, 8)
    await until('calls are served', () => load.results.filter(({ status }) => status === 200).length > 50)

    await world.redisServer.kill()
    const downAtMs = Date.now()
    await sleep(downMs)
    const returnsAtMs = Date.now()
    await world.redisServer.start()
    const backAtMs = Date.now()
    const isServed = () => load.results.some(({ status, sentAtMs }) => status === 200 && sentAtMs >= returnsAtMs)
    await until('calls are served again', isServed)
    const recoveredMs = Math.max(0, Date.now() - backAtMs)
    await sleep(1_000)
    await load.stop()
    const results = [...load.results, ...(await streams.ended)]
    await comeToRest(world)

    // A call that was under way as Redis died is no sign of what the outage is like.
    const during = sentBetween(load.results, downAtMs + 50, returnsAtMs)
    const refused = during.filter(({ status, retryAfter }) => status === 503 && retryAfter !== null)
    // The short form runs beside other tests, which hold up whom they like.
    const share = scale === 'full' ? 0.99 : 0.5
    return [
      atLeast('refused', during.length, 20),
      exactly('of these 503 with Retry-After', refused.length, during.length),
      ...(refused.length < during.length ? [exactly('answers', statusesOf(during), '503 only')] : []),
      atMost(`refusal p${share * 100}, ms`, tookAt(during, share), 60),
      atMost('recovery, ms', recoveredMs, 2_000),
      exactly('streams cut', (await streams.ended).filter(({ isWhole }) => !isWhole).length, 0),
      ...(await invariants(world, results)),
    ]
  },
}
