/** The provider simulator alone. `SIMULATOR_PORT`: where to listen on 127.0.0.1; 0, the default, takes a free port. */
import { startSimulator } from '#lib/demo/simulator/server.ts'

const port = Number(process.env.SIMULATOR_PORT ?? 0)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error('SIMULATOR_PORT must be a port from 0 (any free one) to 65535, for example SIMULATOR_PORT=4010.')
  process.exit(1)
}

const simulator = await startSimulator({ port }).catch((error: NodeJS.ErrnoException) => {
  const isTaken = error.code === 'EADDRINUSE'
  console.error(isTaken ? `Port ${port} is taken: set SIMULATOR_PORT to another, or to 0.` : error.message)
  process.exit(1)
})
console.log(`simulator ready on ${simulator.url}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void simulator.close().then(() => process.exit(0)))
}
