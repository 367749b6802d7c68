import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants, ledgerRows } from '#lib/faults/invariants.ts'
import { openStreams } from '#lib/faults/load.ts'

export const gatewayStopped: Fault = {
  id: 'F12',
  fault: 'a gateway stands still for 30 s (SIGSTOP) with streams under way, and goes on',
  promise: 'its calls are swept meanwhile; when it comes back, the difference alone is booked',
  withinMs: 120_000,
  async run(start, scale) {
    const world = await start({ gateways: 1, workers: 1 })
    const [gateway] = world.gateways
    const key = await world.newKey()
    const streams = await openStreams(gateway!.url, key, 40, { content: '@sim out=120 gap=60', stream: true })
    await sleep(2_500)
    gateway!.signal('SIGSTOP')
    await sleep(scale === 'full' ? 30_000 : 12_000)
    gateway!.signal('SIGCONT')
    const results = await streams.ended
    await comeToRest(world)
    const rows = await ledgerRows(world)
    return [
      exactly('streams whole', results.filter(({ isWhole }) => isWhole).length, 40),
      atLeast('swept', rows.filter(({ outcome, kind }) => outcome === 'interrupted' && kind === 'call').length, 40),
      exactly('corrected', rows.filter(({ kind }) => kind === 'adjustment').length, 40),
      ...(await invariants(world, results)),
    ]
  },
}
