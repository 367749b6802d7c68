/** Rate limits as OpenAI tells them in headers. */
import type { Headroom } from '#lib/formats/contract.ts'

/** Names and values in turn. */
export function limitHeaders({ sort, limit, remaining, resetMs }: Headroom): string[] {
  return [
    `x-ratelimit-limit-${sort}`,
    String(limit),
    `x-ratelimit-remaining-${sort}`,
    String(remaining),
    `x-ratelimit-reset-${sort}`,
    goDuration(resetMs),
  ]
}

/** A duration as OpenAI writes it: "12ms", "1.5s", "6m0s", "2h30m0s". */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`
  const seconds = Math.round(ms / 100) / 10
  if (seconds < 60) return `${seconds}s`
  const whole = Math.round(ms / 1000)
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return `${hours > 0 ? `${hours}h` : ''}${minutes}m${whole % 60}s`
}
