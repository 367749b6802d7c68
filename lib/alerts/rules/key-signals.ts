/** Keys that end soon, and keys that nobody needs. Pure. */
import type { Signal } from '#lib/alerts/rules/signal.ts'

const dayMs = 86_400_000
export const endingWithinMs = 14 * dayMs
export const idleAfterMs = 30 * dayMs
const urgentMs = 3 * dayMs

/** An active key. */
export type KeyFacts = {
  readonly id: string
  readonly teamId: string
  readonly ownerUserId: string | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

export function keySignals(key: KeyFacts, nowMs: number): readonly Signal[] {
  const { id, teamId, ownerUserId, createdAt, expiresAt, lastUsedAt } = key
  const shared = { subjectType: 'key', subjectId: id, threshold: 0, budgetId: null, teamId, ownerUserId } as const
  const signals: Signal[] = []
  const leftMs = expiresAt ? expiresAt.getTime() - nowMs : Infinity
  if (expiresAt && leftMs > 0 && leftMs <= endingWithinMs) {
    const end = expiresAt.toISOString()
    signals.push({
      ...shared,
      occasion: end,
      level: leftMs <= urgentMs ? 'warning' : 'notice',
      facts: { kind: 'key_ending', expiresAt: end },
    })
  }
  const quietSince = lastUsedAt ?? createdAt
  if (nowMs - quietSince.getTime() >= idleAfterMs) {
    signals.push({
      ...shared,
      occasion: quietSince.toISOString(),
      level: 'notice',
      facts: {
        kind: 'key_idle',
        lastUsedAt: lastUsedAt?.toISOString() ?? null,
        createdAt: createdAt.toISOString(),
      },
    })
  }
  return signals
}
