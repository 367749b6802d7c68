import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants, providerCalls } from '#lib/faults/invariants.ts'
import { openStreams, statusesOf, steadyLoad } from '#lib/faults/load.ts'
import { addCredential, retireCredential } from '#lib/catalog/providers/change-providers.ts'
import type { World } from '#lib/faults/world.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

export const credentialsRotate: Fault = {
  id: 'F28',
  fault: 'a provider’s credential is replaced, again and again, while calls and streams run',
  promise: 'what runs ends well; the next call uses the new one',
  withinMs: 90_000,
  async run(start, scale) {
    const rotations = scale === 'full' ? 6 : 2
    const world = await start({ gateways: 2, workers: 1 })
    const key = await world.newKey()
    await rotate(world, 0)
    const load = steadyLoad(world.gateways, key, 8)
    const streams = await openStreams(world.gateways[0]!.url, key, 20, { content: '@sim out=60 gap=60', stream: true })
    const retiredAtMs = new Map<string, number>()
    for (let n = 1; n <= rotations; n++) {
      await sleep(700)
      await rotate(world, n)
      retiredAtMs.set(`Bearer ${secretOf(n - 1)}`, Date.now())
    }
    await sleep(700)
    await load.stop()
    const results = [...load.results, ...(await streams.ended)]
    await comeToRest(world)
    const sentAtMs = new Map(results.map(({ mark, sentAtMs: ms }) => [mark, ms]))
    const old = (await providerCalls(world)).filter(
      ({ mark, headers }) => (sentAtMs.get(mark) ?? 0) > (retiredAtMs.get(headers['authorization'] ?? '') ?? Infinity),
    )
    const failed = results.filter(({ status, isWhole }) => status !== 200 || !isWhole)
    return [
      atLeast('calls', results.length, 100),
      exactly('failed', failed.length === 0 ? 'none' : statusesOf(failed), 'none'),
      exactly('with a retired credential', old.length, 0),
      ...(await invariants(world, results)),
    ]
  },
}

const secretOf = (n: number): string => `sk-simulated-credential-${n}`

async function rotate(world: World, n: number): Promise<void> {
  const before = await world.database.db.providerCredential.findMany({
    where: { providerId: 'prov_sim', status: 'active' },
    select: { id: true },
    take: 10,
  })
  await addCredential(world.context, bootstrap, 'prov_sim', { label: `number ${n}`, secret: secretOf(n), weight: 100 })
  for (const { id } of before) await retireCredential(world.context, bootstrap, 'prov_sim', id)
}
