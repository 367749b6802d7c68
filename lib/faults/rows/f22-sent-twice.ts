import { setTimeout as sleep } from 'node:timers/promises'
import { atMost, exactly, type Fault } from '#lib/faults/fault.ts'
import { comeToRest, invariants, ledgerRows, providerCalls } from '#lib/faults/invariants.ts'
import { openHolds } from '#lib/limits/keys.ts'
import { until } from '#lib/faults/world.ts'
import { makeCall, type CallResult } from '#lib/testing/load.ts'

export const sentTwice: Fault = {
  id: 'F22',
  fault: 'calls are sent twice at once and again with one Idempotency-Key, to two gateways; one gateway is killed',
  promise: 'the provider is called once; the same answer, 409 while it runs, 422 for another body',
  withinMs: 90_000,
  async run(start, scale) {
    const world = await start({ gateways: 2, workers: 1 })
    const [first, second] = world.gateways as [{ url: string }, (typeof world.gateways)[number]]
    const key = await world.newKey()
    const results: CallResult[] = []
    const send = async (url: string, idempotencyKey: string, content: string, stream = false): Promise<CallResult> => {
      const result = await makeCall(url, key.text, { content, stream, idempotencyKey })
      results.push(result)
      return result
    }

    const calls = scale === 'full' ? 20 : 5
    const [same, running, mismatches, streams] = [[] as boolean[], [] as boolean[], [] as boolean[], [] as boolean[]]
    for (let n = 0; n < calls; n++) {
      const content = `@sim ttft=300 out=${1 + (n % 9)}`
      const both = await Promise.all([send(first.url, `order-${n}`, content), send(second.url, `order-${n}`, content)])
      const made = both.find(({ status }) => status === 200)
      running.push(both.some(({ status, retryAfter }) => status === 409 && retryAfter === '1'))
      const again = await send(second.url, `order-${n}`, content)
      same.push(again.status === 200 && again.id === made?.id && again.text === made.text)
      mismatches.push((await send(first.url, `order-${n}`, `${content} other`)).status === 422)
      const stream = await send(first.url, `stream-${n}`, content, true)
      await until('the stream’s end is known', async () => {
        const { status, text } = await send(second.url, `stream-${n}`, content, true)
        streams.push(status === 409 && text.includes(stream.id!))
        return text.includes('idempotency_key_used')
      })
    }

    const marks = new Set(results.map(({ mark }) => mark))
    const repeated = new Set(results.filter(({ isReplay }) => isReplay).map(({ mark }) => mark))

    // The gateway dies in the midst of a call: its key is free when its lease has run out.
    await comeToRest(world)
    const slow = '@sim ttft=4000'
    const lost = send(second.url, 'lost', slow)
    await until('the call runs', async () => (await world.redis.zcard(openHolds)) === 1)
    const { status: whileItRuns } = await send(first.url, 'lost', slow)
    await second.kill()
    await lost
    const freeMs = await until('the key is free again', async () => {
      await sleep(200)
      return (await send(first.url, 'lost', slow)).status === 200
    })

    await comeToRest(world)
    const [rows, known] = await Promise.all([ledgerRows(world), providerCalls(world)])
    const upstream = known.filter(({ mark }) => marks.has(mark)).length
    const kept = (checks: readonly boolean[]): number => checks.filter(Boolean).length
    return [
      exactly('409 while it runs', kept(running), calls),
      exactly('same answer after', kept(same), calls),
      exactly('422 for another body', kept(mismatches), calls),
      exactly('streams told by 409', kept(streams), streams.length),
      exactly('upstream calls for each', upstream / (2 * calls), 1),
      exactly('rows for each', rows.filter(({ mark }) => marks.has(mark)).length / (2 * calls), 1),
      exactly('replays in the ledger', rows.filter(({ mark }) => repeated.has(mark)).length, 0),
      exactly('while the other gateway has it', whileItRuns ?? 0, 409),
      // A lease, and the call itself.
      atMost('after its death it is made anew, ms', freeMs, 15_000),
      // What a killed gateway did not live to tell is estimated; a replay has the mark of no call.
      ...(await invariants(
        world,
        results.filter(({ isReplay }) => !isReplay),
      )),
    ]
  },
}
