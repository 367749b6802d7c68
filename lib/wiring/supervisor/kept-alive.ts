/** Keeps one process of the product alive: started, started again ever more slowly when it dies, stopped when told. */
import { setTimeout as sleep } from 'node:timers/promises'
import { restartDelayMs, settledAfterMs } from '#lib/wiring/supervisor/restart-delay.ts'

/** A process that has been started and can serve. */
export type Running = {
  readonly pid: number
  /** Settles with what is known about why, when it has ended, asked or not. */
  readonly exited: Promise<string>
  stop(options?: { readonly atOnce?: boolean }): Promise<void>
}

/** Starts the process and waits until it can serve; rejects with a reason, with nothing left running, when it cannot. */
export type Launch = (signal: AbortSignal) => Promise<Running>

export type Trouble = {
  /** It died and will be started again. */
  onDeath(line: string): void
  /** It died too often: somebody has to look at it. */
  onGivenUp(line: string): void
}

/** So many deaths in a row, each before it had settled, and it is given up. */
const maxFailures = 10

export class KeptAlive {
  #running: Running | null = null
  #failures = 0
  readonly #stopping = new AbortController()

  constructor(
    readonly name: string,
    readonly launch: Launch,
    readonly trouble: Trouble,
  ) {}

  get pid(): number | null {
    return this.#running?.pid ?? null
  }

  /** The first start: its failure is the caller's. */
  async start(): Promise<void> {
    const running = await this.launch(this.#stopping.signal)
    if (this.#stopping.signal.aborted) await running.stop()
    this.#watch(running)
  }

  async stop(options?: { readonly atOnce?: boolean }): Promise<void> {
    this.#stopping.abort()
    await this.#running?.stop(options)
  }

  #watch(running: Running): void {
    const startedAt = Date.now()
    this.#running = running
    void running.exited.then((cause) => {
      if (this.#stopping.signal.aborted) return
      if (Date.now() - startedAt >= settledAfterMs) this.#failures = 0
      void this.#startAgain(cause)
    })
  }

  async #startAgain(cause: string): Promise<void> {
    this.#running = null
    this.#failures += 1
    if (this.#failures > maxFailures) {
      this.trouble.onGivenUp(`${this.name} died ${this.#failures} times in a row (${cause})`)
      return
    }
    const delayMs = restartDelayMs(this.#failures)
    this.trouble.onDeath(`${this.name} died (${cause}); starting it again in ${delayMs / 1000} s`)
    try {
      await sleep(delayMs, undefined, { signal: this.#stopping.signal })
      this.#watch(await this.launch(this.#stopping.signal))
    } catch (error) {
      if (!this.#stopping.signal.aborted) await this.#startAgain((error as Error).message)
    }
  }
}
