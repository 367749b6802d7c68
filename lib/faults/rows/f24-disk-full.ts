import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { fullDisk } from '#lib/faults/full-disk.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { openStreams, steadyLoad } from '#lib/faults/load.ts'
import { metricOf } from '#lib/faults/metric.ts'
import { until } from '#lib/faults/world.ts'

export const diskFull: Fault = {
  id: 'F24',
  fault: 'the disk of a gateway is full, and Redis is away while streams end',
  promise: 'an alarm within 30 s; what ended waits in memory, and nothing is lost; the alarm ends with its cause',
  withinMs: 90_000,
  async run(start) {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-full-'))
    const switchFile = path.join(folder, 'full')
    try {
      const world = await start({ gateways: 0, workers: 1, env: { GATEHOUSE_DATA_DIR: folder } })
      const gateway = await world.startGateway(fullDisk(switchFile))
      const isBroken = async (): Promise<boolean> => (await metricOf(gateway.url, 'gatehouse_spool_broken')) === 1
      const key = await world.newKey()
      await fs.writeFile(switchFile, '')
      const load = steadyLoad([gateway], key, 4)
      const streams = await openStreams(gateway.url, key, 20, { content: '@sim out=20 gap=150', stream: true })
      const isBrokenBefore = await isBroken()
      gateway.redis.refuse()
      const alarmMs = await until('the alarm is raised', isBroken)
      const ended = await streams.ended
      const waiting = await metricOf(gateway.url, 'gatehouse_settlements_waiting')
      await sleep(1_000)
      gateway.redis.heal()
      await sleep(2_000)
      await load.stop()
      await comeToRest(world)
      await fs.rm(switchFile)
      const endedMs = await until('the alarm is over', async () => !(await isBroken()))
      return [
        exactly('alarm while Redis took everything', String(isBrokenBefore), 'false'),
        atMost('alarm after, ms', alarmMs, 30_000),
        exactly('streams cut', ended.filter(({ isWhole }) => !isWhole).length, 0),
        exactly('settlements that waited', waiting >= 20 ? 'all' : waiting, 'all'),
        atMost('alarm over after, ms', endedMs, 30_000),
        ...(await invariants(world, [...load.results, ...ended])),
      ]
    } finally {
      await fs.rm(folder, { recursive: true, force: true })
    }
  },
}
