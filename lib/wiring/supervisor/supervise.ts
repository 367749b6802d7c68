/**
 * `npm start`, `npm run dev`: brings the whole product up, keeps it up, and takes it down.
 *
 * - Whatever was started is stopped, also when the start is half finished: every stop is registered before its start.
 * - Order of stopping: what takes calls, then what serves them, then Redis and PostgreSQL.
 * - A reason that the operator can mend is one line that says what to do; everything else keeps its stack.
 */
import { ConfigError } from '#lib/platform/config.ts'
import { StartError } from '#lib/platform/embedded/start-error.ts'
import { bringUp } from '#lib/wiring/supervisor/bring-up.ts'
import { Product } from '#lib/wiring/supervisor/product.ts'
import type { Supervision } from '#lib/wiring/supervisor/supervision.ts'

/** How long a start that was told to stop may take to notice. */
const startNoticesWithinMs = 20_000

/** Runs the product until it is told to stop; the exit code. */
export async function supervise(supervision: Supervision): Promise<number> {
  const { print, stop, stopAtOnce } = supervision
  // `npm start | head`: the product does not end with whoever reads what it says.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const givenUp = new AbortController()
  const product = new Product({
    onDeath: print,
    onGivenUp: (line) => {
      print(`${line}; stopping Gatehouse`)
      givenUp.abort()
    },
  })
  const ended = AbortSignal.any([stop, givenUp.signal])
  const starting = bringUp(supervision, product)
  try {
    await Promise.race([starting, aborted(ended)])
    await aborted(ended)
    return givenUp.signal.aborted ? 1 : 0
  } catch (error) {
    for (const line of linesOf(error)) print(line)
    return 1
  } finally {
    stopAtOnce.addEventListener('abort', () => void product.stop({ atOnce: true }))
    await product.stop({ atOnce: stopAtOnce.aborted })
    await Promise.race([starting.catch(() => {}), aborted(AbortSignal.timeout(startNoticesWithinMs))])
    await product.release()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function linesOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems
  if (error instanceof StartError) return [error.message]
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
}
