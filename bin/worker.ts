/** `npm run worker`: one worker alone. As many may run as wanted. */
import os from 'node:os'
import { ConfigError, loadConfig, type Config } from '#lib/platform/config.ts'
import { startWorker } from '#lib/wiring/worker.ts'

function configuration(): Config {
  try {
    return loadConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const problem of error.problems) console.error(problem)
    process.exit(1)
  }
}

// Booking can wait a moment, a caller cannot: where both share a machine, serving comes first.
os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL)

const worker = startWorker(configuration())
console.log('worker ready')
// The supervisor waits for this word; alone there is nobody to tell.
process.send?.('ready')

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void worker.stop().then(() => process.exit(0)))
}
