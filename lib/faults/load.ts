/** The calls that run while a fault does its work, and what to make of their answers. */
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
