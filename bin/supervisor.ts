/** `npm start`, `npm run dev`. */
import path from 'node:path'
import { planProcesses, type Mode } from '#lib/wiring/supervisor/plan-processes.ts'
import { supervise } from '#lib/wiring/supervisor/supervise.ts'

const mode: Mode = process.argv[2] === 'dev' ? 'dev' : 'start'
const stop = new AbortController()
const stopAtOnce = new AbortController()

/** npm passes Ctrl-C on although the terminal has sent it too: two signals this close are one wish. */
const oneWishMs = 1_000
let firstSignalAt = 0
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) {
      firstSignalAt = Date.now()
      console.log('stopping: running calls are finished first; once more to stop at once')
      stop.abort()
    } else if (Date.now() - firstSignalAt > oneWishMs) {
      stopAtOnce.abort()
    }
  })
}

// Killed outright, npm passes nothing on; then its end is the signal. Started without npm, the product may outlive the
// shell that started it.
const parent = process.ppid
if (process.env.npm_lifecycle_event) {
  setInterval(() => process.ppid !== parent && stop.abort(), 500).unref()
}

process.exitCode = await supervise({
  mode,
  root: path.resolve(import.meta.dirname, '..'),
  env: process.env,
  stop: stop.signal,
  stopAtOnce: stopAtOnce.signal,
  print: (line) => console.log(line),
  planProcesses,
})
process.exit()
