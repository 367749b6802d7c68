import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { steadyLoad } from '#lib/faults/load.ts'
import { until, type World } from '#lib/faults/world.ts'

export const redisForgets: Fault = {
  id: 'F4',
  fault: 'Redis is killed and comes back without its last second, as after a failover',
  promise: 'the gateways tell it again what it forgot: nothing lost, nothing twice',
  withinMs: 90_000,
  async run(start) {
    const world = await start({ gateways: 2, workers: 1 })
    const key = await world.newKey()
    const load = steadyLoad(world.gateways, key, 8)
    await until('calls are served', () => load.results.length > 100)
    const file = await appendOnlyFile(world)
    const { size } = await fs.stat(file)
    await sleep(1_000)
    await world.redisServer.kill()
    const forgotten = (await fs.stat(file)).size - size
    await fs.truncate(file, size)
    await world.redisServer.start()
    await sleep(3_000)
    await load.stop()
    await comeToRest(world)
    return [
      atLeast('bytes forgotten', forgotten, 10_000),
      atLeast('served', load.results.filter(({ status }) => status === 200).length, 100),
      ...(await invariants(world, load.results)),
    ]
  },
}

async function appendOnlyFile({ redis }: World): Promise<string> {
  const settings = (await redis.call('CONFIG', 'GET', 'dir', 'appenddirname')) as string[]
  const valueOf = (name: string): string => settings[settings.indexOf(name) + 1] ?? ''
  const folder = path.join(valueOf('dir'), valueOf('appenddirname'))
  const newest = (await fs.readdir(folder))
    .filter((name) => name.endsWith('.incr.aof'))
    .toSorted()
    .at(-1)
  if (newest === undefined) throw new Error('Redis has no append-only file')
  return path.join(folder, newest)
}
