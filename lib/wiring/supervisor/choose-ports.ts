/** Ports of one product: the one that was asked for, and inner ones that stay the same from start to start. */
import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { freePort, isPortFree } from '#lib/platform/embedded/ports.ts'
import { StartError } from '#lib/platform/embedded/start-error.ts'
import type { ProductPorts } from '#lib/wiring/supervisor/plan-processes.ts'

const inner = ['portal', 'identityProvider', 'simulator'] as const
type InnerPorts = Record<(typeof inner)[number], number>

/**
 * `wanted` 0 takes any free port. Inner ports are kept in the data folder: the demo's identity provider is known by its
 * address, so people who signed in yesterday are the same people today.
 */
export async function choosePorts(dataDir: string, host: string, wanted: number): Promise<ProductPorts> {
  if (wanted !== 0) await assertUsable(host, wanted)
  const front = wanted === 0 ? await freePort(host) : wanted
  const file = path.join(dataDir, 'ports.json')
  const known = await fs.readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Partial<InnerPorts>,
    () => null,
  )
  const chosen: Partial<InnerPorts> = {}
  const taken = new Set([front])
  for (const [index, name] of inner.entries()) {
    const port = await firstFree([known?.[name], front + 1 + index], taken)
    taken.add(port)
    chosen[name] = port
  }
  const ports = chosen as InnerPorts
  if (JSON.stringify(ports) !== JSON.stringify(known)) await fs.writeFile(file, JSON.stringify(ports))
  return { front, ...ports }
}

async function firstFree(wishes: readonly (number | undefined)[], taken: ReadonlySet<number>): Promise<number> {
  for (const port of wishes) {
    if (port !== undefined && port < 65_536 && !taken.has(port) && (await isPortFree(port))) return port
  }
  for (;;) {
    const port = await freePort()
    if (!taken.has(port)) return port
  }
}

async function assertUsable(host: string, port: number): Promise<void> {
  const code = await listenError(host, port)
  if (code === null) return
  if (code === 'EADDRINUSE') {
    throw new StartError(
      `Port ${port} is taken: stop what uses it, or choose another, e.g. PORT=${port + 10} npm start`,
    )
  }
  if (code === 'EACCES') {
    throw new StartError(`PORT: ${port} may be used by root only; expected a port above 1023, e.g. PORT=3000`)
  }
  throw new StartError(`HOST: ${host} is no address of this machine (${code}); expected one, e.g. HOST=127.0.0.1`)
}

function listenError(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}
