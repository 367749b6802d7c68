/**
 * The least that a proxy on Node can be: node:http in, undici.Pool.dispatch out, bytes through, nothing parsed. The
 * benchmark's yardstick; no product.
 */
import http from 'node:http'
import { Pool } from 'undici'

/** Listens on a free loopback port and returns it. */
export function startBareProxy(upstream: string): Promise<number> {
  const { origin, pathname } = new URL(upstream)
  const pool = new Pool(origin, { connections: 10_000, pipelining: 1 })
  const base = pathname.replace(/\/$/, '')
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      pool.dispatch(
        {
          method: 'POST',
          path: base + (request.url ?? '/').replace(/^\/v1/, ''),
          headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
          body: Buffer.concat(chunks),
        },
        {
          onRequestStart() {},
          onResponseStart(_controller, status, headers) {
            const kept: Record<string, string | string[]> = {}
            for (const name of ['content-type', 'content-length']) {
              const value = headers[name]
              if (value !== undefined) kept[name] = value
            }
            response.writeHead(status, kept)
          },
          onResponseData(controller, chunk) {
            if (!response.write(chunk)) {
              controller.pause()
              response.once('drain', () => controller.resume())
            }
          },
          onResponseEnd: () => void response.end(),
          onResponseError: () => void response.destroy(),
        },
      )
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}
