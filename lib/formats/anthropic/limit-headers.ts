/** Rate limits as Anthropic tells them in headers: https://docs.anthropic.com/en/api/rate-limits#response-headers */
import type { Headroom } from '#lib/formats/contract.ts'

/** Names and values in turn; the reset is a moment, RFC 3339. */
export function limitHeaders({ sort, limit, remaining, resetMs, nowMs }: Headroom): string[] {
  return [
    `anthropic-ratelimit-${sort}-limit`,
    String(limit),
    `anthropic-ratelimit-${sort}-remaining`,
    String(remaining),
    `anthropic-ratelimit-${sort}-reset`,
    new Date(nowMs + resetMs).toISOString(),
  ]
}
