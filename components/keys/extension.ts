/** How far a key can still be extended. Pure. */
const dayMs = 86_400_000
/** What a key gets where its profile sets no end. */
const aYearMs = 365 * dayMs

/** Less than a day more is no extension that anybody asks for. Null: its profile lets it live no longer. */
export function extensionOf(endsMs: number | null, latestMs: number | null, nowMs: number): number | null {
  const toMs = latestMs ?? nowMs + aYearMs
  return toMs > Math.max(endsMs ?? nowMs, nowMs) + dayMs ? toMs : null
}

export const atItsAge =
  'It is as old as its profile lets a key become: make a new one, move its programs over, and revoke this one.'
