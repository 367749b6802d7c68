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
    // One timer at a time, for the first in line: whatever the delays, nothing overtakes.
    const waiting: { readonly dueMs: number; readonly deliver: () => void }[] = []
    let timer: NodeJS.Timeout | null = null
    function deliverDue(): void {
      timer = null
      while (waiting[0] && waiting[0].dueMs <= performance.now()) waiting.shift()!.deliver()
      if (waiting[0]) timer = setTimeout(deliverDue, Math.max(1, waiting[0].dueMs - performance.now()))
    }
    function inTime(deliver: () => void): void {
      waiting.push({ dueMs: performance.now() + delayMs, deliver })
      if (!timer) deliverDue()
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
