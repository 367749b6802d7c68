/** What each key of the demo has spent in the month of the moment, while its calls are made. */
import type { Key } from '#lib/demo/organisation/company.ts'

export class Spending {
  readonly #spent = new Map<string, bigint>()
  readonly #lastMs = new Map<string, number>()

  of(key: Key, atMs: number): bigint {
    return this.#spent.get(nameOf(key, atMs)) ?? 0n
  }

  add(key: Key, atMs: number, costNanos: bigint): void {
    this.#spent.set(nameOf(key, atMs), this.of(key, atMs) + costNanos)
    this.#lastMs.set(key.id, atMs)
  }

  /** Time of the key's last charge. */
  lastMs(key: Key): number | null {
    return this.#lastMs.get(key.id) ?? null
  }

  most(key: Key): bigint {
    return [...this.#spent].reduce(
      (most, [name, spent]) => (name.startsWith(key.id) && spent > most ? spent : most),
      0n,
    )
  }
}

function nameOf(key: Key, atMs: number): string {
  return `${key.id} ${new Date(atMs).toISOString().slice(0, 7)}`
}
