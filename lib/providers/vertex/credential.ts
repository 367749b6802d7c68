/**
 * What an administrator enters for Vertex AI: the JSON of a service account's key, or of a workload identity federation,
 * which are exchanged for short-lived access tokens; or an access token or API key, which are shown as they are. Pure.
 *
 * The JSON says where its token is asked for, so it could send a signed assertion, or a file, anywhere. It can name only
 * Google's own hosts over https, and this machine's (the provider simulator).
 */
import * as z from 'zod'
import { isOnThisMachine, readShape } from '#lib/providers/tokens/read-json.ts'

export type ExchangedCredential =
  | {
      readonly kind: 'service account'
      readonly email: string
      /** PKCS #8 in PEM. */
      readonly privateKey: string
      readonly keyId: string | null
      readonly tokenUrl: URL
    }
  | {
      readonly kind: 'federated'
      readonly audience: string
      readonly subjectTokenType: string
      /** Where the platform keeps the identity token of this workload. */
      readonly source: IdentitySource
      /** The token's name there, where that is JSON. */
      readonly field: string | null
      readonly tokenUrl: URL
      /** Where the federated token is exchanged for a service account's. */
      readonly impersonationUrl: URL | null
    }

export type IdentitySource = { readonly file: string } | { readonly url: URL; readonly headers: Record<string, string> }

/** Throws an error whose message names the field that is wrong and never its value. */
export function readCredential(json: string): ExchangedCredential {
  const { type } = readShape(types, json)
  return readShape(type === 'service_account' ? serviceAccount : externalAccount, json)
}

const googleUrl = z
  .string()
  .refine(isGooglesOrOurs, 'must be https at googleapis.com')
  .transform((text) => new URL(text))

const serviceAccount = z
  .object({
    type: z.literal('service_account'),
    client_email: z.string().min(1).max(320),
    private_key: z.string().min(1),
    private_key_id: z.string().nullish(),
    token_uri: googleUrl.prefault('https://oauth2.googleapis.com/token'),
  })
  .transform((key): ExchangedCredential => ({
    kind: 'service account',
    email: key.client_email,
    privateKey: key.private_key,
    keyId: key.private_key_id ?? null,
    tokenUrl: key.token_uri,
  }))

/** Those that the connection itself decides about are not for an administrator. */
const headerName = z
  .string()
  .regex(
    /^(?!(?:host|connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$)[\w-]{1,100}$/i,
    'must be the name of a header that may be set',
  )
const headerValue = z.string().regex(/^[\x20-\x7e]{0,4096}$/, 'must be printable')

function sourceOf({
  file,
  url,
  headers,
}: {
  readonly file?: string | null | undefined
  readonly url?: string | null | undefined
  readonly headers?: Record<string, string> | null | undefined
}): IdentitySource {
  return url == null ? { file: file! } : { url: new URL(url), headers: headers ?? {} }
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

const jwtTypes = ['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:id_token'] as const

const externalAccount = z
  .object({
    type: z.literal('external_account'),
    audience: z.string().min(1).max(1_000),
    subject_token_type: z.enum(jwtTypes, 'must be a JWT or an id token'),
    token_url: googleUrl.prefault('https://sts.googleapis.com/v1/token'),
    service_account_impersonation_url: googleUrl.nullish(),
    credential_source: z
      .object({
        file: z.string().min(1).nullish(),
        url: z.string().refine(isPlainUrl, 'must be an http(s) address without credentials').nullish(),
        headers: z.record(headerName, headerValue, 'must be texts by names of headers').nullish(),
        format: z
          .object({ type: z.enum(['text', 'json']), subject_token_field_name: z.string().nullish() })
          .prefault({ type: 'text' }),
        // A third source are programs of the machine's.
      })
      .refine(
        ({ file, url }) => (file == null) !== (url == null),
        'must name a file or a url: no other source is read',
      ),
  })
  .transform((account): ExchangedCredential => ({
    kind: 'federated',
    audience: account.audience,
    subjectTokenType: account.subject_token_type,
    source: sourceOf(account.credential_source),
    field:
      account.credential_source.format.type === 'json'
        ? (account.credential_source.format.subject_token_field_name ?? 'access_token')
        : null,
    tokenUrl: account.token_url,
    impersonationUrl: account.service_account_impersonation_url ?? null,
  }))

const types = z.object({
  type: z.enum(['service_account', 'external_account'], 'must be service_account or external_account'),
})

function isGooglesOrOurs(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const { protocol, hostname, port, username, password } = url
  if (username !== '' || password !== '') return false
  if (isOnThisMachine(url)) return protocol === 'http:' || protocol === 'https:'
  return protocol === 'https:' && port === '' && hostname.endsWith('.googleapis.com')
}
