/** Names that someone may have meant. For messages, never for decisions. */

/** The up to three allowed names that are closest to the one asked for, best first; none when nothing is close. */
export function closeMatches(name: string, allowedNames: readonly string[], most: number = 3): string[] {
  const asked = name.slice(0, longestCompared).toLowerCase()
  return allowedNames
    .slice(0, mostCompared)
    .map((candidate) => ({ candidate, distance: distanceTo(asked, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) => distance <= Math.max(2, Math.ceil(Math.max(asked.length, candidate.length) * 0.4)),
    )
    .toSorted((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

// Bounds the work that one refused call can cause.
const longestCompared = 80
const mostCompared = 2000

/** Edit distance, but a name that begins with the other is close however long the rest ("gpt-4o" and a dated version). */
function distanceTo(asked: string, candidate: string): number {
  if (asked.length >= 3 && (candidate.startsWith(asked) || asked.startsWith(candidate))) return 1
  return editDistance(asked, candidate.slice(0, longestCompared))
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
