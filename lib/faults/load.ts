/** The calls that run while a fault does its work, and what to make of their answers. */
import { setTimeout as sleep } from 'node:timers/promises'
import { until, type Linked } from '#lib/faults/world.ts'
import type { TestKey } from '#lib/testing/gateway.ts'
import { makeCall, startLoad, type CallResult, type CallWish, type Load } from '#lib/testing/load.ts'

/** Streams and whole answers of different sizes. */
export const quick = (n: number): CallWish => ({
  content: `@sim in=${20 + (n % 7)} out=${1 + (n % 9)}`,
  stream: n % 2 === 0,
})

/** A steady load: some twenty calls a second for each caller at most. */
export function steadyLoad(gateways: readonly Linked[], key: TestKey, callers: number, pauseMs: number = 40): Load {
  return startLoad(
    gateways.map(({ url }) => url),
    key.text,
    callers,
    quick,
    pauseMs,
  )
}

/** Streams that have all begun; they resolve when they have ended. */
export async function openStreams(
  url: string,
  key: TestKey,
  count: number,
  wish: CallWish,
): Promise<{ readonly ended: Promise<CallResult[]> }> {
  let begun = 0
  const results = Array.from({ length: count }, () => {
    let isFirst = true
    return makeCall(url, key.text, wish, () => {
      if (isFirst) begun += 1
      isFirst = false
    })
  })
  await until('every stream has begun', () => begun === count)
  return { ended: Promise.all(results) }
}

/** The value below which `share` of the times lie, ms. */
export function tookAt(results: readonly CallResult[], share: number): number {
  const sorted = results.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Of a load's answers those to calls that were sent between two times. */
export function sentBetween(results: readonly CallResult[], fromMs: number, toMs: number): CallResult[] {
  return results.filter(({ sentAtMs }) => sentAtMs >= fromMs && sentAtMs < toMs)
}

/** How often each status came, for a line that says what went wrong. */
export function statusesOf(results: readonly CallResult[]): string {
  const counts = new Map<string, number>()
  for (const { status, isWhole } of results) {
    const name = `${status ?? 'no answer'}${status === 200 && !isWhole ? ' cut' : ''}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => `${count} × ${name}`).join(', ')
}

export type BalancedLoad = Load & {
  /** What the balancer's clients got: the last try of each call. */
  readonly answers: readonly CallResult[]
  /** Where it sends calls now. */
  ready(): readonly string[]
}

const lookEveryMs = 500

/** As behind a load balancer: ready gateways only, and where one does not serve a call, the next one is asked. */
export function balancedLoad(
  gateways: () => readonly { readonly url: string }[],
  key: TestKey,
  callers: number,
): BalancedLoad {
  const [results, answers]: [CallResult[], CallResult[]] = [[], []]
  let ready: readonly string[] = gateways().map(({ url }) => url)
  let isStopped = false
  let sent = 0

  async function look(): Promise<void> {
    while (!isStopped) {
      const looked = await Promise.all(gateways().map(async ({ url }) => ((await isReady(url)) ? [url] : [])))
      ready = looked.flat()
      await sleep(lookEveryMs)
    }
  }
  async function call(): Promise<void> {
    while (!isStopped) {
      const n = sent++
      const [first, second] = [ready[n % ready.length], ready[(n + 1) % ready.length]]
      let answer = await makeCall(first ?? gateways()[0]!.url, key.text, quick(n))
      results.push(answer)
      if ((answer.status === null || answer.status === 503) && second !== undefined) {
        answer = await makeCall(second, key.text, quick(n))
        results.push(answer)
      }
      answers.push(answer)
      await sleep(20)
    }
  }
  const running = [look(), ...Array.from({ length: callers }, call)]
  return {
    results,
    answers,
    ready: () => ready,
    stop: async () => {
      isStopped = true
      await Promise.all(running)
    },
  }
}

export async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).status === 200
  } catch {
    return false
  }
}
