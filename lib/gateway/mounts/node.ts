/** Mounts the gateway core on node:http. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Call, Reply } from '#lib/gateway/call.ts'

export function nodeCall(request: IncomingMessage): Call {
  const url = request.url ?? '/'
  const question = url.indexOf('?')
  return {
    method: request.method ?? 'GET',
    path: question < 0 ? url : url.slice(0, question),
    query: question < 0 ? '' : url.slice(question + 1),
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress ?? null,
    body: (limitBytes) => readBody(request, limitBytes),
  }
}

function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('the caller went away while sending'))
    // One that left while its key was looked up sends no event any more.
    if (request.destroyed) return gone()
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limitBytes) {
        request.removeAllListeners('data')
        request.pause()
        resolve(null)
      } else chunks.push(chunk)
    })
    request.on('end', () => {
      // Every request closes in the end; an error made then would be made for nobody.
      request.off('close', gone)
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    })
    request.on('error', reject)
    request.on('close', gone)
  })
}

export function nodeReply(request: IncomingMessage, response: ServerResponse): Reply {
  return {
    head(status, headers) {
      // Node reads away what is left of a body. A long one is not worth that: the connection ends with the answer.
      if (!request.complete && mayBeLong(request)) response.shouldKeepAlive = false
      response.writeHead(status, headers)
    },
    write: (chunk) => response.write(chunk),
    drained: (listener) => void response.once('drain', listener),
    end(chunk) {
      response.end(chunk)
    },
    destroy: () => void response.destroy(),
    onAbort(listener) {
      // One that left while its call was judged has closed already.
      if (response.destroyed) return listener()
      response.on('close', () => {
        if (!response.writableFinished) listener()
      })
    },
  }
}

const longBodyBytes = 64 * 1024

function mayBeLong(request: IncomingMessage): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > longBodyBytes
  )
}
