/** Tokens from a token endpoint on a real socket. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importSPKI, jwtVerify } from 'jose'
import { Pool } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAccessTokens } from '#lib/providers/tokens/access-tokens.ts'

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const email = 'gate@fernhill.iam.gserviceaccount.com'
const jwt = 'aGVhZA.Ym9keQ.c2lnbg'

type Asked = {
  readonly path: string
  readonly authorization: string | undefined
  readonly metadata: unknown
  readonly body: string
}
type Answer = { readonly status?: number; readonly body: unknown }

let server: Server
let url: string
let directory: string
let asked: Asked[]
/** Null: it never answers. */
let answer: (request: Asked) => Answer | null
let nowMs: number
let warnings: string[]
let pool: Pool

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tokens-'))
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { authorization, metadata } = request.headers
      const one = { path: request.url!, authorization, metadata, body }
      asked.push(one)
      const given = answer(one)
      if (!given) return
      const location = `${url}/elsewhere`
      response.writeHead(given.status ?? 200, { 'content-type': 'application/json', location })
      response.end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body))
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
  await rm(directory, { recursive: true })
})
beforeEach(() => {
  asked = []
  warnings = []
  nowMs = Date.now()
  answer = () => ({ body: { access_token: `ya29.${asked.length}`, expires_in: 3600 } })
})
function tokens(timeoutMs = 2_000, identityTokenUrls: readonly string[] = []) {
  const warn = (account: string, problem: string) => void warnings.push(`${account}: ${problem}`)
  return createAccessTokens({ poolFor: () => pool, nowMs: () => nowMs, warn, timeoutMs, identityTokenUrls })
}

function serviceAccount(fields: object = {}): string {
  const key = { type: 'service_account', client_email: email, private_key: pair.privateKey, private_key_id: 'kid-1' }
  return JSON.stringify({ ...key, token_uri: `${url}/token`, ...fields }, null, 2)
}

async function federation(fileText: string, fields: object = {}, format?: object): Promise<string> {
  const file = join(directory, 'token')
  await writeFile(file, fileText)
  return JSON.stringify({
    type: 'external_account',
    audience: '//iam.googleapis.com/pool',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${url}/sts`,
    credential_source: { file, format },
    ...fields,
  })
}

describe('a service account’s token', () => {
  test('is got for an assertion that its key has signed, for this endpoint and an hour', async () => {
    expect(await tokens().of(serviceAccount())).toBe('ya29.1')
    const form = new URLSearchParams(asked[0]!.body)
    expect([asked[0]!.path, form.get('grant_type')]).toEqual(['/token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'])
    const spki = await importSPKI(pair.publicKey, 'RS256')
    const { payload, protectedHeader } = await jwtVerify(form.get('assertion')!, spki)
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'kid-1' })
    const iat = Math.floor(nowMs / 1000)
    const scope = 'https://www.googleapis.com/auth/cloud-platform'
    expect(payload).toEqual({ iss: email, aud: `${url}/token`, scope, iat, exp: iat + 3600 })
  })

  test('is fetched once for 20 calls at a time, and then known at once', async () => {
    const all = tokens()
    const credential = serviceAccount()
    const got = await Promise.all(Array.from({ length: 20 }, () => all.of(credential)))
    expect(new Set(got)).toEqual(new Set(['ya29.1']))
    expect(all.of(credential)).toBe('ya29.1')
    expect(asked).toHaveLength(1)
  })

  test('is kept until a minute before it ends, and then got anew', async () => {
    const all = tokens()
    const credential = serviceAccount()
    await all.of(credential)
    nowMs += (3600 - 61) * 1000
    expect(await all.of(credential)).toBe('ya29.1')
    nowMs += 1000
    expect(await all.of(credential)).toBe('ya29.2')
    expect(await all.of(credential)).toBe('ya29.2')
  })

  test('is got anew once the provider has turned it down', async () => {
    const all = tokens()
    const credential = serviceAccount()
    await all.of(credential)
    all.forget(credential)
    expect(await all.of(credential)).toBe('ya29.2')
  })

  test('is its own: credentials that differ in their last byte share none', async () => {
    const all = tokens()
    expect(await all.of(serviceAccount({ x: 'a' }))).toBe('ya29.1')
    expect(await all.of(serviceAccount({ x: 'b' }))).toBe('ya29.2')
  })
})

describe('there is no token', () => {
  test.each<[string, Answer, boolean, string]>([
    [
      'where the credential is refused',
      { status: 400, body: { error: 'invalid_grant', error_description: jwt } },
      true,
      '400 invalid_grant',
    ],
    ['where the endpoint fails', { status: 503, body: { error: { status: 'UNAVAILABLE' } } }, false, '503 UNAVAILABLE'],
    ['where the endpoint has had enough', { status: 429, body: '' }, false, '429'],
    ['where the endpoint sends us elsewhere', { status: 307, body: '' }, false, '307'],
    ['where the answer is none', { body: 'ya29.x' }, false, 'gave no access token'],
    ['where the token breaks a header', { body: { access_token: 'ya29\r\nx: y' } }, false, 'gave no access token'],
    ['where the answer does not end', { body: 'x'.repeat(100_000) }, false, 'too great length'],
  ])('%s', async (_where, given, isRefused, problem) => {
    answer = () => given
    expect(await tokens().of(serviceAccount())).toEqual({ isRefused })
    expect(warnings).toEqual([expect.stringContaining(problem)])
    expect(warnings[0]).toContain(email)
    // It tells what is wrong and no secret.
    for (const secret of ['PRIVATE KEY', 'ya29', jwt]) expect(warnings[0]).not.toContain(secret)
    expect(asked).toHaveLength(1)
  })

  test('where the endpoint is silent, after the time that there is for it, and the next call asks again', async () => {
    const all = tokens(100)
    const credential = serviceAccount()
    answer = () => null
    const startedMs = performance.now()
    expect(await all.of(credential)).toEqual({ isRefused: false })
    expect(performance.now() - startedMs).toBeLessThan(1_500)
    expect(warnings).toEqual([`${email}: no answer in time`])
    answer = () => ({ body: { access_token: 'ya29.late' } })
    expect(await all.of(credential)).toBe('ya29.late')
  })

  test.each([
    ['a key that is none', { private_key: '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----' }, 'private_key'],
    ['an endpoint of a stranger’s', { token_uri: 'https://evil.example/token' }, 'token_uri'],
  ])('for %s, and nobody is asked; nor at the second time', async (_what, fields, problem) => {
    const all = tokens()
    expect(await all.of(serviceAccount(fields))).toEqual({ isRefused: true })
    expect(await all.of(serviceAccount(fields))).toEqual({ isRefused: true })
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain(problem)
    expect(warnings[0]).not.toContain('PRIVATE KEY')
    expect(asked).toEqual([])
  })
})

describe('a federated identity’s token', () => {
  test.each([
    ['text', `${jwt}\n`, undefined],
    ['a member of JSON', JSON.stringify({ id: jwt }), { type: 'json', subject_token_field_name: 'id' }],
  ])('is got for the token in its file, as %s', async (_how, text, format) => {
    expect(await tokens().of(await federation(text, {}, format))).toBe('ya29.1')
    const form = Object.fromEntries(new URLSearchParams(asked[0]!.body))
    expect(form).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: '//iam.googleapis.com/pool',
      subject_token: jwt,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    })
  })

  test('is exchanged for a service account’s, which ends when that says', async () => {
    const expireTime = new Date(nowMs + 120_000).toISOString()
    answer = ({ path }) =>
      path === '/sts'
        ? { body: { access_token: 'ya29.federated', expires_in: 3600 } }
        : { body: { accessToken: `ya29.${asked.length}`, expireTime } }
    const all = tokens()
    const credential = await federation(jwt, { service_account_impersonation_url: `${url}/sa:generateAccessToken` })
    expect(await all.of(credential)).toBe('ya29.2')
    expect(asked[1]).toMatchObject({ path: '/sa:generateAccessToken', authorization: 'Bearer ya29.federated' })
    nowMs += 61_000
    expect(await all.of(credential)).toBe('ya29.4')
  })

  test.each([
    ['no JWT', 'MASTER_KEY=abc', 'holds no JWT'],
    ['too much', jwt.padEnd(70_000, 'x'), 'no file of a token'],
  ])('is not asked for with a file of %s: it goes nowhere', async (_what, text, problem) => {
    expect(await tokens().of(await federation(text))).toEqual({ isRefused: false })
    expect(warnings[0]).toContain(problem)
    expect(warnings[0]).not.toContain(text)
    expect(asked).toEqual([])
  })

  test.each(['/dev/zero', tmpdir(), '/nowhere/token'])('is not asked for with %s', async (file) => {
    const credential = await federation(jwt, { credential_source: { file } })
    expect(await tokens().of(credential)).toEqual({ isRefused: false })
    expect(asked).toEqual([])
  })
})

describe('a federated identity whose token stands at an address', () => {
  const listed = () => [`${url}/identity`]
  const source = (fields: object = {}) => ({
    credential_source: { url: `${url}/identity?resource=api`, headers: { Metadata: 'True' }, ...fields },
  })

  test.each([
    ['text', `${jwt}\n`, undefined],
    ['a member of JSON', { id: jwt }, { type: 'json', subject_token_field_name: 'id' }],
  ])('is read there as %s, and exchanged', async (_how, body, format) => {
    answer = ({ path }) => ({ body: path.startsWith('/identity') ? body : { access_token: 'ya29.federated' } })
    expect(await tokens(2_000, listed()).of(await federation('', source({ format })))).toBe('ya29.federated')
    expect(asked[0]).toMatchObject({ path: '/identity?resource=api', metadata: 'True', body: '' })
    expect(new URLSearchParams(asked[1]!.body).get('subject_token')).toBe(jwt)
  })

  test('is asked nothing where the setting does not list it', async () => {
    for (const elsewhere of [[], [`${url}/other`], [`${url}/`]]) {
      expect(await tokens(2_000, elsewhere).of(await federation('', source()))).toEqual({ isRefused: true })
    }
    expect(warnings[0]).toContain('GATEHOUSE_IDENTITY_TOKEN_URLS')
    expect(asked).toEqual([])
  })

  test.each([
    ['no JWT', { body: 'MASTER_KEY=abc' }, 'holds no JWT'],
    ['an error', { status: 500, body: '' }, 'answered 500'],
    ['a way elsewhere', { status: 302, body: '' }, 'answered 302'],
    ['no end', { body: 'x'.repeat(100_000) }, 'too great length'],
  ])('that gives %s goes nowhere', async (_what, given, problem) => {
    answer = () => given
    expect(await tokens(2_000, listed()).of(await federation('', source()))).toEqual({ isRefused: false })
    expect(warnings[0]).toContain(problem)
    expect(warnings[0]).not.toContain('MASTER_KEY')
    expect(asked).toHaveLength(1)
  })
})

test('a credential that is shown as it is costs nothing', () => {
  expect(tokens().of('ya29.plain')).toBe('ya29.plain')
  expect(asked).toEqual([])
})
