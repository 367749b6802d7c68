/**
 * How a credential becomes an access token of Google's: a signed assertion (RFC 7523) for a service account, a token
 * exchange (RFC 8693) for a federated identity, and then, where it is asked for, a service account's token in its stead.
 *
 * Our own and not google-auth-library: two requests and a signature, where that brings its own HTTP client, reads the
 * process environment and metadata servers, and leaves its time-outs and retries to itself.
 */
import { open } from 'node:fs/promises'
import { importPKCS8, SignJWT } from 'jose'
import * as z from 'zod'
import { askForToken, getText, parseJson, postForJson, tokenText } from '#lib/providers/tokens/ask-for-token.ts'
import { CredentialRefused, type AccessToken, type Asking } from '#lib/providers/tokens/token-source.ts'
import type { ExchangedCredential, IdentitySource } from '#lib/providers/vertex/credential.ts'

const scope = 'https://www.googleapis.com/auth/cloud-platform'

export async function exchangeCredential(credential: ExchangedCredential, asking: Asking): Promise<AccessToken> {
  if (credential.kind === 'service account') {
    return askForToken(credential.tokenUrl, asking, {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await assertionOf(credential, asking.nowMs),
    })
  }
  const federated = await askForToken(credential.tokenUrl, asking, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: credential.audience,
    scope,
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token_type: credential.subjectTokenType,
    subject_token: await subjectToken(credential.source, credential.field, asking),
  })
  return credential.impersonationUrl ? impersonate(credential.impersonationUrl, federated, asking) : federated
}

const assertionSeconds = 3_600

async function assertionOf(
  { email, privateKey, keyId, tokenUrl }: Extract<ExchangedCredential, { kind: 'service account' }>,
  nowMs: number,
): Promise<string> {
  const key = await importPKCS8(privateKey, 'RS256').catch(() => {
    throw new CredentialRefused('private_key: no PKCS #8 key in PEM')
  })
  const seconds = Math.floor(nowMs / 1000)
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId === null ? {} : { kid: keyId }) })
    .setIssuer(email)
    .setAudience(tokenUrl.href)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + assertionSeconds)
    .sign(key)
}

const longestFile = 64 * 1024
const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Nothing but a JWT is sent: the place is an administrator's, and the machine has other files. */
async function subjectToken(source: IdentitySource, field: string | null, asking: Asking): Promise<string> {
  const at = `credential_source.${'url' in source ? 'url' : 'file'}`
  const text = 'url' in source ? await getText(source.url, asking, source.headers) : await textOfFile(source.file)
  const token = field === null ? text.trim() : memberOf(text, field)
  if (typeof token !== 'string' || !jwt.test(token)) throw new Error(`${at} holds no JWT`)
  return token
}

async function textOfFile(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => {
    throw new Error('credential_source.file cannot be read')
  })
  try {
    const about = await file.stat()
    if (!about.isFile() || about.size > longestFile) throw new Error('credential_source.file is no file of a token')
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

function memberOf(text: string, name: string): unknown {
  const value = parseJson(text)
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null
}

/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken */
const impersonated = z.object({ accessToken: tokenText, expireTime: z.iso.datetime({ offset: true }) })

async function impersonate(url: URL, federated: AccessToken, asking: Asking): Promise<AccessToken> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${federated.text}` }
  const read = impersonated.safeParse(await postForJson(url, asking, headers, JSON.stringify({ scope: [scope] })))
  if (!read.success) throw new Error(`${url.host} gave no access token`)
  return { text: read.data.accessToken, expiresAtMs: Date.parse(read.data.expireTime) }
}
