/**
 * A TCP proxy on loopback that stands between two processes and, on demand, is a bad network. What it holds back is kept
 * and comes later, in order, as TCP would bring it; only `reset` and `refuse` lose anything.
 */
import { once } from 'node:events'
import net from 'node:net'

export type FaultProxy = {
  readonly port: number
  /** Everything arrives so much later, either way; 0 ends it. */
  delay(ms: number): void
  /** Nothing arrives any more, and nobody is told: a partition. */
  silence(): void
  /** Connections end by RST; new ones are served. */
  reset(): void
  /** Connections are closed, and new ones at once. */
  refuse(): void
  /** As if nothing had been; what was held back arrives. */
  heal(): void
  close(): Promise<void>
}

type Mode = 'passing' | 'silent' | 'refusing'

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let mode: Mode = 'passing'
  let delayMs = 0
  const sockets = new Set<net.Socket>()
  const server = net.createServer((near) => {
    if (mode === 'refusing') return near.resetAndDestroy()
    const far = net.connect(targetPort, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      carry(socket, other)
      if (mode === 'silent') socket.pause()
    }
  })

  function carry(from: net.Socket, to: net.Socket): void {
    // Not before what was sent earlier, though the delay has become shorter.
    let lastDueMs = 0
    const inTime = (deliver: () => void): void => {
      const nowMs = performance.now()
      lastDueMs = Math.max(lastDueMs, nowMs + delayMs)
      if (lastDueMs <= nowMs) deliver()
      else setTimeout(deliver, lastDueMs - nowMs)
    }
    from.on('data', (chunk) =>
      inTime(() => {
        if (!to.writable || to.write(chunk)) return
        from.pause()
        to.once('drain', () => void (mode === 'silent' || from.resume()))
      }),
    )
    from.on('end', () => inTime(() => to.end()))
  }

  function each(work: (socket: net.Socket) => void): void {
    for (const socket of sockets) work(socket)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as net.AddressInfo).port,
    delay: (ms) => void (delayMs = ms),
    silence() {
      mode = 'silent'
      each((socket) => socket.pause())
    },
    reset: () => each((socket) => socket.resetAndDestroy()),
    refuse() {
      mode = 'refusing'
      each((socket) => socket.destroy())
    },
    heal() {
      mode = 'passing'
      delayMs = 0
      each((socket) => socket.resume())
    },
    async close() {
      server.close()
      each((socket) => socket.destroy())
      await once(server, 'close')
    },
  }
}
