/**
 * What an administrator enters for Vertex AI: the JSON of a service account's key, or of a workload identity federation,
 * which are exchanged for short-lived access tokens; or an access token or API key, which are shown as they are. Pure.
 *
 * The JSON says where its token is asked for, so it could send a signed assertion, or a file, anywhere. It can name only
 * Google's own hosts over https, and this machine's (the provider simulator).
 */
import * as z from 'zod'

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
      readonly file: string
      /** The token's name in the file, where that is JSON. */
      readonly field: string | null
      readonly tokenUrl: URL
      /** Where the federated token is exchanged for a service account's. */
      readonly impersonationUrl: URL | null
    }

/** Keys and tokens of Google's have no braces. */
export function isExchanged(credential: string): boolean {
  return /^\s*\{/.test(credential)
}

/** Throws an error whose message names the field that is wrong and never its value. */
export function readCredential(json: string): ExchangedCredential {
  const value = parseJson(json)
  const { type } = checked(types, value)
  return checked(type === 'service_account' ? serviceAccount : externalAccount, value)
}

function checked<Read extends z.ZodType>(shape: Read, value: unknown): z.output<Read> {
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new Error(`${path.join('.')}: ${message}`)
}

/** What is wrong with a credential as it was entered, or null. Says nothing of what is in it. */
export function credentialProblem(credential: string): string | null {
  try {
    if (isExchanged(credential)) readCredential(credential)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/**
 * What tells it from others, for people: of a key that is JSON the end of its key's id, since all such JSON ends alike.
 */
export function lastFourOf(credential: string): string {
  const id = isExchanged(credential) ? /"private_key_id"\s*:\s*"(\w+)"/.exec(credential)?.[1] : null
  return (id ?? credential.trimEnd()).slice(-4)
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

const jwtTypes = ['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:id_token'] as const

const externalAccount = z
  .object({
    type: z.literal('external_account'),
    audience: z.string().min(1).max(1_000),
    subject_token_type: z.enum(jwtTypes, 'must be a JWT or an id token'),
    token_url: googleUrl.prefault('https://sts.googleapis.com/v1/token'),
    service_account_impersonation_url: googleUrl.nullish(),
    credential_source: z.object({
      // The other sources are addresses and programs of the machine's.
      file: z.string('must be named: no other source is read').min(1),
      format: z
        .object({ type: z.enum(['text', 'json']), subject_token_field_name: z.string().nullish() })
        .prefault({ type: 'text' }),
    }),
  })
  .transform((account): ExchangedCredential => ({
    kind: 'federated',
    audience: account.audience,
    subjectTokenType: account.subject_token_type,
    file: account.credential_source.file,
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Error('the credential begins like JSON, and is none')
  }
}

function isGooglesOrOurs(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, port, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  if (/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) return protocol === 'http:' || protocol === 'https:'
  return protocol === 'https:' && port === '' && hostname.endsWith('.googleapis.com')
}
