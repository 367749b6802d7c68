/** How long a sign-in lasts. Both limits are kept on the server: the cookie cannot outlive its row. */
export const absoluteSessionMs = 24 * 3_600_000
export const idleSessionMs = 8 * 3_600_000
/** `last_seen_at` is written at most this often. */
export const seenEveryMs = 60_000

export type SessionTimes = {
  readonly lastSeenAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

export function isLiveSession(session: SessionTimes, nowMs: number): boolean {
  return (
    session.revokedAt === null &&
    session.expiresAt.getTime() > nowMs &&
    session.lastSeenAt.getTime() + idleSessionMs > nowMs
  )
}
