/** Providers that behave as a test says, and models that are routed to them. */
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { newId } from '#lib/platform/ids.ts'
import { sealCredential } from '#lib/providers/credentials/seal-credential.ts'
import { miniPrice, type TestGateway } from '#lib/testing/gateway.ts'

/** Answers one call; `index` counts the calls of this provider from 0. */
export type Script = (call: ScriptedCall) => void

export type ScriptedCall = {
  readonly index: number
  readonly body: string
  readonly headers: http.IncomingHttpHeaders
  readonly response: http.ServerResponse
  readonly socket: Socket
}

export type ScriptedProviders = {
  /** Adds a provider and returns its base URL. */
  add(script: Script): string
  /** Calls that the provider at this base URL has got. */
  calls(baseUrl: string): number
  close(): void
}

export async function startScriptedProviders(): Promise<ScriptedProviders> {
  const scripts = new Map<string, { readonly script: Script; calls: number }>()
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const provider = scripts.get(request.url!.split('/')[1]!)!
      provider.script({
        index: provider.calls++,
        body: Buffer.concat(chunks).toString(),
        headers: request.headers,
        response,
        socket: request.socket,
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    add(script) {
      const name = `p${scripts.size}`
      scripts.set(name, { script, calls: 0 })
      return `${origin}/${name}`
    },
    calls: (baseUrl) => scripts.get(baseUrl.split('/').at(-1)!)!.calls,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type WishedTarget = { readonly baseUrl: string; readonly credentials?: readonly string[] }

/** A model of its own, with a provider for each target, tried in this order. */
export async function routedModel(
  g: TestGateway,
  ...targets: readonly (string | WishedTarget)[]
): Promise<{ readonly name: string; readonly providerIds: readonly string[] }> {
  const name = newId('model')
  const providers = targets.map((target) => ({
    id: newId('prov'),
    ...(typeof target === 'string' ? { baseUrl: target } : target),
  }))
  await g.change(['catalog'], async ({ db }) => {
    for (const { id, baseUrl } of providers) {
      await db.provider.create({ data: { id, name: id, displayName: id, kind: 'openai', baseUrl, simulated: true } })
    }
    await db.model.create({
      data: {
        id: name,
        name,
        displayName: name,
        vendor: 'test',
        endpoints: ['chat'],
        prices: {
          create: { id: `price_${name}`, nanosPerMillion: miniPrice, effectiveFrom: new Date(0), source: 'test' },
        },
        deployments: {
          create: providers.map(({ id }, rank) => ({
            id: newId('depl'),
            providerId: id,
            upstreamModel: 'gpt-4o-mini',
            rank,
          })),
        },
      },
    })
  })
  for (const { id, credentials = [] } of providers) {
    for (const secret of credentials) await addCredential(g, id, secret)
  }
  return { name, providerIds: providers.map(({ id }) => id) }
}

export async function addCredential(g: TestGateway, providerId: string, secret: string): Promise<string> {
  const id = newId('cred')
  const sealed = sealCredential(g.config.masterKey, { providerId, credentialId: id }, secret)
  await g.change(['catalog'], ({ db }) =>
    db.providerCredential.create({ data: { id, providerId, label: secret, ...sealed } }),
  )
  return id
}

/** A good plain answer with 10 tokens in and 20 out. */
export const goodAnswer: Script = ({ response }) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify({
      id: 'x',
      object: 'chat.completion',
      model: 'gpt-4o-mini',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
    }),
  )
}

export function errorAnswer(status: number, headers: Record<string, string> = {}): Script {
  return ({ response }) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ error: { message: `provider says ${status}` } }))
  }
}
