/** Processes of the product whose clock is wrong, and a Redis that has the time of another day. */
import { decisionLibrary } from '#lib/limits/functions.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/** Environment of a process whose clock is off by so many ms, or steps by them when it gets SIGUSR2. */
export function wrongClock(
  offMs: number,
  when: 'from the start' | 'at SIGUSR2' = 'from the start',
): Record<string, string> {
  const program = `
    const RealDate = Date, now = Date.now.bind(Date)
    let off = ${when === 'from the start' ? offMs : 0}
    process.on('SIGUSR2', () => { off = ${offMs} })
    globalThis.Date = class extends RealDate {
      constructor(...parts) { if (parts.length === 0) super(now() + off); else super(...parts) }
      static now() { return now() + off }
    }`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` }
}

/**
 * Loads the call path's functions with a clock that is off by so many ms: what leases and windows are judged by, what
 * gateways take for the time, and what the entries of the usage stream say of theirs.
 */
export async function setRedisClock(redis: RedisClient, offMs: number): Promise<void> {
  const source = decisionLibrary()
  const clock = 'return tonumber(t[1]) * 1000 + tonumber(t[2]) / 1000'
  if (!source.includes(clock)) throw new Error('the functions tell the time in another way than the fault matrix knows')
  const wrong = source.replace(clock, `${clock} + ${offMs}`).replaceAll("'*', 'e'", "whole(clock_ms()) .. '-*', 'e'")
  await redis.call('FUNCTION', 'LOAD', 'REPLACE', wrong)
}

/** By how many seconds a gateway's system clock is ahead of Redis', as its metrics tell. */
export async function skewOf({ url }: { readonly url: string }): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^gatehouse_clock_skew_seconds (\S+)$/m.exec(text)?.[1])
}
