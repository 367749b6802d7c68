import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants } from '#lib/faults/invariants.ts'
import { balancedLoad, openStreams, statusesOf } from '#lib/faults/load.ts'
import { until } from '#lib/faults/world.ts'

export const rollingRestart: Fault = {
  id: 'F11',
  fault:
    'gateways are told to go (SIGTERM) one after the other, ten times, with streams under way, behind a load balancer',
  promise: 'streams end, and no call fails',
  withinMs: 180_000,
  async run(start, scale) {
    const restarts = scale === 'full' ? 10 : 2
    const world = await start({ gateways: 2, workers: 1 })
    const key = await world.newKey()
    const living = [...world.gateways]
    const load = balancedLoad(() => living, key, 8)
    const streamed = []
    const codes: (number | null)[] = []
    for (let n = 0; n < restarts; n++) {
      // As any rolling restart does: the next one goes when the last one's successor is served.
      await until('both gateways are served', () => living.every(({ url }) => load.ready().includes(url)))
      const leaving = living[0]!
      const streams = await openStreams(leaving.url, key, 10, { content: '@sim out=30 gap=80', stream: true })
      leaving.signal('SIGTERM')
      codes.push(await leaving.exited)
      living.shift()
      living.push(await world.startGateway())
      streamed.push(...(await streams.ended))
    }
    await sleep(1_000)
    await load.stop()
    await comeToRest(world)
    const failed = load.answers.filter(({ status, isWhole }) => status !== 200 || !isWhole)
    return [
      exactly('left by themselves', codes.filter((code) => code === 0).length, restarts),
      exactly('streams whole', streamed.filter(({ isWhole }) => isWhole).length, 10 * restarts),
      atLeast('calls', load.answers.length, 20 * restarts),
      exactly('failed', failed.length === 0 ? 'none' : statusesOf(failed), 'none'),
      ...(await invariants(world, [...load.results, ...streamed])),
    ]
  },
}
