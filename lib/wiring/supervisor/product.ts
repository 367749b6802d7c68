/** Everything that one start has running, and how to take it down. */
import { KeptAlive, type Launch, type Trouble } from '#lib/wiring/supervisor/kept-alive.ts'

/** In the order of stopping: who takes calls, who serves them, where the data is. */
const stages = ['front door', 'behind', 'services'] as const
export type Stage = (typeof stages)[number]

export class Product {
  readonly #kept = new Map<Stage, KeptAlive[]>(stages.map((stage) => [stage, []]))
  readonly #releases: (() => Promise<void> | void)[] = []
  readonly #stopping = new AbortController()

  constructor(readonly trouble: Trouble) {}

  /** Aborted as soon as the product stops, be it half started. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** Starts a process that from now on is this product's; it is stopped with it, also when this start fails halfway. */
  async keep(stage: Stage, name: string, launch: Launch): Promise<void> {
    this.#stopping.signal.throwIfAborted()
    const kept = new KeptAlive(name, launch, this.trouble)
    this.#kept.get(stage)?.push(kept)
    await kept.start()
  }

  /** What is to be given back when everything has stopped; the latest first. */
  onRelease(release: () => Promise<void> | void): void {
    this.#releases.unshift(release)
  }

  async stop(options?: { readonly atOnce?: boolean }): Promise<void> {
    this.#stopping.abort()
    for (const stage of stages) {
      await Promise.all(this.#kept.get(stage)?.map((kept) => kept.stop(options)) ?? [])
    }
  }

  async release(): Promise<void> {
    for (const release of this.#releases) await release()
  }
}
