/** What reaches a simulated provider, byte for byte. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestGateway } from '#lib/testing/gateway.ts'

export type CapturedCall = { path: string; headers: IncomingHttpHeaders; body: Buffer; answer: Buffer }

export type CapturedProvider = {
  readonly id: string
  /** Where it is otherwise; its query stays. */
  readonly baseUrl: string
}

/** The one request that reaches this provider while `work` runs, and the answer of the simulator to it. */
export async function captureCall(
  g: TestGateway,
  provider: CapturedProvider,
  work: () => Promise<void>,
): Promise<CapturedCall> {
  const seen: CapturedCall = { path: '', headers: {}, body: Buffer.alloc(0), answer: Buffer.alloc(0) }
  const { origin, pathname, search } = new URL(provider.baseUrl)
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    Object.assign(seen, { path: request.url, headers: request.headers, body: Buffer.concat(chunks) })
    const answer = await fetch(origin + pathname + request.url, { method: 'POST', body: new Uint8Array(seen.body) })
    seen.answer = Buffer.from(await answer.arrayBuffer())
    const passed = [...answer.headers].filter(([name]) => name === 'content-type' || name.startsWith('x-amzn-bedrock-'))
    response.writeHead(answer.status, Object.fromEntries(passed))
    response.end(seen.answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const moveTo = (baseUrl: string) =>
    g.change(['catalog'], ({ db }) => db.provider.update({ where: { id: provider.id }, data: { baseUrl } }))
  try {
    await moveTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}${search}`)
    await work()
  } finally {
    await moveTo(provider.baseUrl)
    server.closeAllConnections()
    server.close()
  }
  return seen
}
