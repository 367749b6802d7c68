/** Tokens of Microsoft Entra's from a token endpoint on a real socket. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { entraTokens } from '#lib/providers/azure/entra-tokens.ts'
import { credentialProblem } from '#lib/providers/providers.ts'
import { createAccessTokens } from '#lib/providers/tokens/access-tokens.ts'

const app = { tenantId: '72f988bf-86f1', clientId: 'app-1', clientSecret: 'S3CRET~of the app&more' }

let server: Server
let url: string
let pool: Pool
let asked: { readonly path: string; readonly form: URLSearchParams }[]
let answer: () => { readonly status: number; readonly body: object }
let nowMs: number
let warnings: string[]
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      asked.push({ path: request.url!, form: new URLSearchParams(body) })
      const given = answer()
      response.writeHead(given.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(given.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  pool = new Pool(url)
})
afterAll(async () => {
  await pool.destroy()
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
  warnings = []
  nowMs = Date.now()
  answer = () => ({ status: 200, body: { access_token: `a.b.${asked.length}`, expires_in: 3599 } })
})

const credential = (fields: object = {}) => JSON.stringify({ ...app, activeDirectoryEndpointUrl: url, ...fields })
function tokens() {
  const warn = (account: string, problem: string) => void warnings.push(`${account}: ${problem}`)
  return createAccessTokens({ poolFor: () => pool, nowMs: () => nowMs, warn })
}

describe('client credentials', () => {
  test('are exchanged at their tenant, for Azure’s models', async () => {
    expect(await tokens().of(credential())).toBe('a.b.1')
    expect(asked[0]!.path).toBe('/72f988bf-86f1/oauth2/v2.0/token')
    expect(Object.fromEntries(asked[0]!.form)).toEqual({
      grant_type: 'client_credentials',
      client_id: app.clientId,
      client_secret: app.clientSecret,
      scope: 'https://cognitiveservices.azure.com/.default',
    })
  })

  test('are exchanged once for 20 calls at a time, and again a minute before the token ends', async () => {
    const all = tokens()
    const got = await Promise.all(Array.from({ length: 20 }, () => all.of(credential())))
    expect(new Set(got)).toEqual(new Set(['a.b.1']))
    nowMs += (3_599 - 61) * 1_000
    expect(all.of(credential())).toBe('a.b.1')
    nowMs += 1_000
    expect(await all.of(credential())).toBe('a.b.2')
    all.forget(credential())
    expect(await all.of(credential())).toBe('a.b.3')
  })

  test('that are refused are told from an endpoint that fails, and no secret is told', async () => {
    const body = { error: 'invalid_client', error_description: `AADSTS7000215: ${app.clientSecret}` }
    answer = () => ({ status: 401, body })
    expect(await tokens().of(credential())).toEqual({ isRefused: true })
    answer = () => ({ status: 503, body: {} })
    expect(await tokens().of(credential())).toEqual({ isRefused: false })
    expect(warnings).toEqual([expect.stringContaining('app-1: '), expect.stringContaining('503')])
    expect(warnings[0]).toContain('401 invalid_client')
    expect(warnings.join('')).not.toContain('S3CRET')
  })
})

describe('what is entered for Azure', () => {
  test.each([
    ['0123456789abcdef0123456789abcdef', null],
    ['aGVhZA.Ym9keQ.c2lnbg', null],
    [JSON.stringify(app), null],
    // What az writes has more in it than is needed.
    [
      JSON.stringify({ ...app, subscriptionId: 'x', activeDirectoryEndpointUrl: 'https://login.microsoftonline.us' }),
      null,
    ],
    [JSON.stringify({ ...app, tenantId: '../common' }), 'tenantId: must be the id or a domain of a tenant'],
    [JSON.stringify({ ...app, tenantId: '..' }), 'tenantId: must be the id or a domain of a tenant'],
    [JSON.stringify({ ...app, clientSecret: '' }), 'clientSecret: must be the value of a secret'],
    ['{"tenantId": ', 'the credential begins like JSON, and is none'],
  ])('%# is looked at before a call fails', (text, problem) => {
    expect(credentialProblem('azure', text)).toBe(problem)
  })

  test.each([
    'http://login.microsoftonline.com',
    'https://login.microsoftonline.com.evil.example',
    'https://evil.example/login.microsoftonline.com',
    'https://user:pass@login.microsoftonline.com',
    'https://login.microsoftonline.com:8443',
    'https://login.microsoftonline.com/?x=',
    'http://169.254.169.254/metadata/identity',
    'http://10.0.0.7',
    'nonsense',
  ])('sends no secret to %s', (activeDirectoryEndpointUrl) => {
    expect(() => entraTokens.read(credential({ activeDirectoryEndpointUrl }))).toThrow('must be https at a login host')
  })
})
