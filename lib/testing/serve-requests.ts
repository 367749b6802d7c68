/**
 * Serves a web handler (Request in, Response out) over node:http the way Next serves its route handlers: bodies stream
 * both ways, back-pressure included, and a caller that leaves aborts the request.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

export type Handler = (request: Request) => Promise<Response>

export function serveRequests(handle: Handler): http.Server {
  return http.createServer((incoming, outgoing) => void serve(handle, incoming, outgoing))
}

async function serve(handle: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const leaving = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) leaving.abort()
  })
  try {
    const response = await handle(requestOf(incoming, leaving.signal))
    outgoing.writeHead(response.status, [...response.headers].flat())
    if (response.body) await response.body.pipeTo(writerOf(outgoing), { signal: leaving.signal })
    else outgoing.end()
  } catch {
    outgoing.destroy()
  }
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const method = incoming.method ?? 'GET'
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  const body = method === 'GET' || method === 'HEAD' ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>)
  // The DOM's types know no `duplex`, which Node demands for a body that streams.
  const init: RequestInit & { readonly duplex: 'half' } = { method, headers, body, signal, duplex: 'half' }
  return new Request(`http://${incoming.headers.host}${incoming.url}`, init)
}

function writerOf(outgoing: ServerResponse): WritableStream<Uint8Array> {
  return new WritableStream({
    write(chunk) {
      if (outgoing.write(chunk)) return undefined
      return new Promise<void>((resolve) => {
        const go = (): void => {
          outgoing.off('drain', go)
          outgoing.off('close', go)
          resolve()
        }
        outgoing.on('drain', go)
        outgoing.on('close', go)
      })
    },
    close: () => void outgoing.end(),
    abort: () => void outgoing.destroy(),
  })
}
