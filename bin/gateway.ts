/** The front door's process: the gateway core on one port, WEB_CONCURRENCY processes sharing it. */
import cluster from 'node:cluster'
import { createFrontDoor } from '#lib/gateway/front-door.ts'
import { ConfigError, loadConfig, type Config } from '#lib/platform/config.ts'
import { createGateway } from '#lib/wiring/gateway.ts'

const drainMs = 10_000

try {
  const config = loadConfig(process.env)
  if (config.webConcurrency > 1 && cluster.isPrimary) startWorkers(config.webConcurrency)
  else await serve(config)
} catch (error) {
  if (error instanceof ConfigError) console.error(error.message)
  else console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

async function serve(config: Config): Promise<void> {
  const gateway = await createGateway(config)
  const { server, drain } = createFrontDoor({
    handle: gateway.handle,
    portalUrl: config.portalUrl,
    publicUrl: config.publicUrl,
    metrics: gateway.metrics.registry,
    metricsToken: config.bootstrapToken,
    dependencies: gateway.dependencies,
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, config)))
    server.listen(config.port, config.host, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : config.port
  console.log(`gateway ready on http://${config.host}:${port}`)

  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    drain()
    server.close()
    server.closeIdleConnections()
    await gateway.close(drainMs)
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
}

function startWorkers(count: number): void {
  for (let i = 0; i < count; i++) cluster.fork()
  let stopping = false
  cluster.on('exit', (worker, code) => {
    if (stopping) return
    // A process that never served would fail again at once: say so by ending, the supervisor decides.
    if (code === 1 && !worker.exitedAfterDisconnect) process.exit(1)
    cluster.fork()
  })
  const stop = (): void => {
    stopping = true
    for (const worker of Object.values(cluster.workers ?? {})) worker?.kill('SIGTERM')
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

function listenError(error: NodeJS.ErrnoException, config: Config): Error {
  if (error.code === 'EADDRINUSE')
    return new Error(`Port ${config.port} is taken. Stop what uses it, or set PORT to another.`)
  if (error.code === 'EACCES')
    return new Error(`Port ${config.port} may not be opened by this user. Set PORT to one above 1023.`)
  if (error.code === 'EADDRNOTAVAIL') return new Error(`HOST ${config.host} is no address of this machine.`)
  return error
}
