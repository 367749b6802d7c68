/**
 * Mounts the gateway core on the web's Request and Response, for Next's route handlers. The answer is a stream from its
 * head on, so nothing waits for the end of a call.
 */
import type { Call, Reply } from '#lib/gateway/call.ts'

/** What may wait in the answer's queue before the core is told to pause. */
const queueBytes = 64 * 1024

export function webCall(request: Request): Call {
  const url = new URL(request.url)
  return {
    method: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: Object.fromEntries(request.headers),
    remoteAddress: request.headers.get('x-forwarded-for')?.split(',')[0]?.trim() ?? null,
    body: (limitBytes) => readBody(request, limitBytes),
  }
}

async function readBody(request: Request, limitBytes: number): Promise<Buffer | null> {
  if (!request.body) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.length
    if (size > limitBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Runs `serve` with a reply and resolves with the response as soon as its head is known. */
export function webResponse(request: Request, serve: (reply: Reply) => Promise<void>): Promise<Response> {
  return new Promise((resolve) => {
    let controller: ReadableStreamDefaultController<Uint8Array> | null = null
    let waiting: (() => void) | null = null
    let over = false
    let gone = false
    const leave: (() => void)[] = []

    function left(): void {
      if (over) return
      over = true
      gone = true
      for (const listener of leave) listener()
    }
    request.signal.addEventListener('abort', left)
    if (request.signal.aborted) left()

    const body = new ReadableStream<Uint8Array>(
      {
        start: (started) => void (controller = started),
        pull() {
          const resume = waiting
          waiting = null
          resume?.()
        },
        cancel: left,
      },
      new ByteLengthQueuingStrategy({ highWaterMark: queueBytes }),
    )

    void serve({
      // The web refuses to make a 204 with a body, be it an empty one.
      head: (status, headers) =>
        resolve(new Response(status === 204 ? null : body, { status, headers: pairs(headers) })),
      write(chunk) {
        if (over) return true
        controller?.enqueue(chunk)
        return (controller?.desiredSize ?? 0) > 0
      },
      drained: (listener) => void (waiting = listener),
      end(chunk) {
        if (over) return
        over = true
        if (chunk) controller?.enqueue(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
        controller?.close()
      },
      destroy() {
        if (over) return
        over = true
        controller?.error(new Error('the answer broke off'))
      },
      onAbort(listener) {
        // One that left while its call was judged has left for good.
        if (gone) listener()
        else leave.push(listener)
      },
    })
  })
}

function pairs(flat: readonly string[]): [string, string][] {
  const headers: [string, string][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) headers.push([flat[i]!, flat[i + 1]!])
  return headers
}
