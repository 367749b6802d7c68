import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { steadyLoad } from '#lib/faults/load.ts'
import { usageStream } from '#lib/ledger/contract.ts'

const times = 10

export const deliveredAgain: Fault = {
  id: 'F23',
  fault: 'every event comes ten times more, out of order',
  promise: 'each is booked once',
  withinMs: 120_000,
  async run(start, scale) {
    const world = await start({ gateways: 1, workers: 2 })
    const key = await world.newKey()
    const load = steadyLoad(world.gateways, key, 8)
    const seen = new Map<string, string>()
    const untilMs = Date.now() + (scale === 'full' ? 10_000 : 3_000)
    let again = 0
    while (Date.now() < untilMs) {
      const entries = await world.redis.xrange(usageStream, '-', '+', 'COUNT', 500)
      const pipeline = world.redis.pipeline()
      for (const [id, [, text = '']] of entries) {
        if (seen.has(text)) continue
        seen.set(text, id)
      }
      // The newest first, and each once more at every look, so that old ones come among new ones.
      for (const text of [...seen.keys()].slice(-40).toReversed()) {
        pipeline.xadd(usageStream, '*', 'e', text)
        again += 1
      }
      await pipeline.exec()
      await sleep(50)
    }
    await load.stop()
    const all = [...seen.keys()].toReversed()
    for (let n = 0; n < times; n++) {
      const pipeline = world.redis.pipeline()
      for (const text of all) pipeline.xadd(usageStream, '*', 'e', text)
      await pipeline.exec()
      again += all.length
    }
    await comeToRest(world)
    return [
      atLeast('events', seen.size, 100),
      atLeast('delivered again', again, seen.size * times),
      ...(await invariants(world, load.results)),
    ]
  },
}
