/**
 * What Redis took and PostgreSQL may not have yet. Redis may lose what it has, so this process keeps it until it is booked,
 * and for some seconds more: a Redis that comes back may be some seconds old. Pure: it is told what was seen of the
 * stream.
 *
 * Bounds: as many as `most`; beyond that the oldest are let go, and counted. In memory only: what this process and Redis
 * lose together is lost.
 */
import { isBooked, type Watermark } from '#lib/limits/watermark.ts'

/** An append-only file that is synced every second may lack two. */
const keptMs = 3_000

/** Answered before the stream's newest entry was `upTo`. */
type Batch<T> = { readonly things: readonly T[]; readonly upTo: string; bookedAtMs: number | null }

export type Unbooked<T> = {
  keep(thing: T): void
  /** What is kept now and not sealed yet; give it to `saw` or to `putBack`. */
  seal(): readonly T[]
  /** The stream was seen after all of `sealed` had been answered. */
  saw(sealed: readonly T[], stream: Pick<Watermark, 'newest' | 'oldest'>, nowMs: number): void
  putBack(sealed: readonly T[]): void
  /** Everything, oldest first, or only what is not known to be booked; nothing is kept any more. */
  take(which: 'all' | 'unbooked'): T[]
  count(): number
  /** Let go since the start, for want of room. */
  letGo(): number
}

export function createUnbooked<T>(most: number, sizeOf: (thing: T) => number): Unbooked<T> {
  let fresh: T[] = []
  let batches: Batch<T>[] = []
  let count = 0
  let gone = 0

  const sizeOfAll = (things: readonly T[]): number => things.reduce((sum, thing) => sum + sizeOf(thing), 0)

  function makeRoom(): void {
    const oldest = batches.shift()?.things ?? fresh.splice(0, Math.ceil(fresh.length / 2))
    const size = sizeOfAll(oldest)
    count -= size
    gone += size
  }

  return {
    keep(thing) {
      fresh.push(thing)
      count += sizeOf(thing)
      if (count > most) makeRoom()
    },
    seal() {
      const sealed = fresh
      fresh = []
      return sealed
    },
    saw(sealed, stream, nowMs) {
      if (sealed.length > 0) batches.push({ things: sealed, upTo: stream.newest, bookedAtMs: null })
      for (const batch of batches) if (isBooked(batch.upTo, stream)) batch.bookedAtMs ??= nowMs
      batches = batches.filter(({ things, bookedAtMs }) => {
        const isDone = bookedAtMs !== null && nowMs - bookedAtMs > keptMs
        if (isDone) count -= sizeOfAll(things)
        return !isDone
      })
    },
    putBack(sealed) {
      fresh = [...sealed, ...fresh]
    },
    take(which) {
      const wanted = batches.filter(({ bookedAtMs }) => which === 'all' || bookedAtMs === null)
      const taken = [...wanted.flatMap(({ things }) => things), ...fresh]
      batches = []
      fresh = []
      count = 0
      return taken
    },
    count: () => count,
    letGo: () => gone,
  }
}
