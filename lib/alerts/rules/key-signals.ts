/** Keys that end soon, and keys that nobody needs. Pure. */
import type { Signal } from '#lib/alerts/rules/signal.ts'

const dayMs = 86_400_000
/** After so many days without a call a key is told to be idle, where its profile has no word on it. */
export const usualIdleDays = 30
const urgentMs = 3 * dayMs

/** An active key. */
export type KeyFacts = {
  readonly id: string
  readonly teamId: string
  readonly ownerUserId: string | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  /** Its last call, its making or its last change of status, whichever came last. */
  readonly idleSince: Date
  /** How many days before its end it is told, by its profile. */
  readonly endingDays: readonly number[]
  /** After how many idle days its profile warns, and ends it; null where it never does. */
  readonly idleDays: { readonly warn: number; readonly expire: number } | null
  /** Since when it is told that it ends because nobody uses it; null: it is not. */
  readonly announcedAt: Date | null
}

export function keySignals(key: KeyFacts, nowMs: number): readonly Signal[] {
  return [endingSignal(key, nowMs), idleSignal(key, nowMs)].filter((signal) => signal !== null)
}

/** Once for each of the profile's days; the nearer one takes over. */
function endingSignal(key: KeyFacts, nowMs: number): Signal | null {
  const { expiresAt, endingDays } = key
  if (!expiresAt) return null
  const leftMs = expiresAt.getTime() - nowMs
  const passed = endingDays.filter((days) => leftMs <= days * dayMs)
  if (leftMs <= 0 || passed.length === 0) return null
  const end = expiresAt.toISOString()
  return {
    ...about(key),
    occasion: end,
    threshold: Math.min(...passed),
    level: leftMs <= urgentMs ? 'warning' : 'notice',
    facts: { kind: 'key_ending', expiresAt: end },
  }
}

/**
 * What lies between warning and end in the profile lies between them for every key, also where the profile came to say so
 * only yesterday: nothing ends unannounced.
 */
function idleSignal(key: KeyFacts, nowMs: number): Signal | null {
  const { createdAt, lastUsedAt, idleSince, idleDays } = key
  const days = idleDays?.warn ?? usualIdleDays
  if (nowMs - idleSince.getTime() < days * dayMs) return null
  // What was told of an earlier rest was told of another one.
  const announcedMs = key.announcedAt && key.announcedAt >= idleSince ? key.announcedAt.getTime() : nowMs
  const endsMs =
    idleDays &&
    Math.max(idleSince.getTime() + idleDays.expire * dayMs, announcedMs + (idleDays.expire - idleDays.warn) * dayMs)
  return {
    ...about(key),
    occasion: idleSince.toISOString(),
    threshold: 0,
    level: endsMs !== null && endsMs - nowMs <= urgentMs ? 'warning' : 'notice',
    facts: {
      kind: 'key_idle',
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
      createdAt: createdAt.toISOString(),
      days,
      endsAt: endsMs === null ? null : new Date(endsMs).toISOString(),
      announcedAt: endsMs === null ? null : new Date(announcedMs).toISOString(),
    },
  }
}

function about({ id, teamId, ownerUserId }: KeyFacts) {
  return { subjectType: 'key', subjectId: id, budgetId: null, teamId, ownerUserId } as const
}
