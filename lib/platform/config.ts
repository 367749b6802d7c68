/**
 * The environment, validated once at start. A bad value stops the start with the variable's name, what was expected
 * and an example; all problems are reported together. `.env.example` is checked against `variables` by a test.
 */
import * as z from 'zod'
import { defaultDeadlineMs } from '#lib/platform/redis.ts'
import { pepperOf, type Pepper } from '#lib/platform/crypto.ts'

const base64Key = (name: string) =>
  z
    .string()
    .refine((text) => /^[A-Za-z0-9+/]{43}=$/.test(text), {
      message: `expected 32 bytes in base64, as \`openssl rand -base64 32\` prints, e.g. ${name}=q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=`,
    })
    .transform((text) => Buffer.from(text, 'base64'))

const url = (protocols: readonly string[], example: string) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `expected a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}, e.g. ${example}`,
  })

const httpUrl = (example: string) => url(['http:', 'https:'], example)

/** By where they are, without what stands behind a question mark: that is the caller's to say. */
const httpUrls = (example: string) =>
  z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((one) => one !== ''))
    .refine((list) => list.every(isPlainHttpUrl), {
      message: `expected URLs without a query or credentials, separated by commas, e.g. ${example}`,
    })
    .transform((list) => list.map((one) => new URL(one).href))

/** As browsers name them in an Origin header. */
const origins = (example: string) =>
  z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((one) => one !== ''))
    .refine((list) => list.every((one) => isPlainHttpUrl(one) && new URL(one).pathname === '/'), {
      message: `expected origins, each a scheme, a host and a port where it is not the usual one, separated by commas, e.g. ${example}`,
    })
    .transform((list) => list.map((one) => new URL(one).origin))

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === ''
}

const wholeNumber = (min: number, max: number, example: number) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      message: `expected a whole number from ${min} to ${max}, e.g. ${example}`,
    })
    .transform(Number)

const text = (minLength: number, what: string) =>
  z.string().refine((value) => value.length >= minLength, { message: `expected ${what}` })

/** Every variable that the product reads. */
export const variables = z.object({
  PORT: wholeNumber(0, 65535, 3000).optional(),
  HOST: text(1, 'a host name or address to listen on, e.g. 127.0.0.1').optional(),
  DATABASE_URL: url(
    ['postgres:', 'postgresql:'],
    'postgresql://gatehouse:secret@db.internal:5432/gatehouse',
  ).optional(),
  REDIS_URL: url(
    ['redis:', 'rediss:', 'redis+sentinel:', 'redis+cluster:'],
    'redis://cache.internal:6379/0, redis+sentinel://s1:26379,s2:26379/mymaster or redis+cluster://n1:6379,n2:6379',
  ).optional(),
  NEXTAUTH_URL: httpUrl('https://ai.example.com').optional(),
  NEXTAUTH_SECRET: text(32, 'at least 32 characters, as `openssl rand -base64 32` prints').optional(),
  GATEHOUSE_MASTER_KEY: base64Key('GATEHOUSE_MASTER_KEY').optional(),
  GATEHOUSE_KEY_PEPPER: base64Key('GATEHOUSE_KEY_PEPPER').optional(),
  GATEHOUSE_KEY_PEPPER_PREVIOUS: base64Key('GATEHOUSE_KEY_PEPPER_PREVIOUS').optional(),
  OKTA_ISSUER: httpUrl('https://example.okta.com').optional(),
  OKTA_CLIENT_ID: text(1, 'the client id of the Okta application').optional(),
  OKTA_CLIENT_SECRET: text(1, 'the client secret of the Okta application').optional(),
  ENTRA_TENANT_ID: text(1, 'the directory (tenant) id, e.g. 72f988bf-86f1-41af-91ab-2d7cd011db47').optional(),
  ENTRA_CLIENT_ID: text(1, 'the application (client) id').optional(),
  ENTRA_CLIENT_SECRET: text(1, 'the value of a client secret').optional(),
  OIDC_ISSUER: httpUrl('https://id.example.com/realms/main').optional(),
  OIDC_CLIENT_ID: text(1, 'the client id at this issuer').optional(),
  OIDC_CLIENT_SECRET: text(1, 'the client secret at this issuer').optional(),
  OIDC_NAME: text(1, 'the name on the sign-in button, e.g. Keycloak').optional(),
  GATEHOUSE_BOOTSTRAP_TOKEN: text(32, 'at least 32 characters, as `openssl rand -base64 32` prints').optional(),
  GATEHOUSE_DEMO: z
    .enum(['auto', 'on', 'off'], { error: 'expected auto, on or off, e.g. GATEHOUSE_DEMO=off' })
    .optional(),
  GATEHOUSE_DATA_DIR: text(1, 'a folder that this process may write, e.g. .data').optional(),
  GATEHOUSE_IDENTITY_TOKEN_URLS: httpUrls('http://169.254.169.254/metadata/identity/oauth2/token').optional(),
  GATEHOUSE_IDEMPOTENCY_TTL_SECONDS: wholeNumber(60, 604_800, 86_400).optional(),
  GATEHOUSE_CORS_ORIGINS: origins('https://chat.example.com, http://localhost:5173').optional(),
  GATEHOUSE_USAGE_RETENTION_MONTHS: wholeNumber(14, 1_200, 36).optional(),
  GATEHOUSE_PORTAL_URL: httpUrl('http://127.0.0.1:3001').optional(),
  GATEHOUSE_DEMO_ISSUER: httpUrl('http://127.0.0.1:3002').optional(),
  GATEHOUSE_SIMULATOR_URL: httpUrl('http://127.0.0.1:3003').optional(),
  GATEHOUSE_REDIS_DEADLINE_MS: wholeNumber(10, 5000, 250).optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      error: 'expected trace, debug, info, warn, error or silent, e.g. LOG_LEVEL=info',
    })
    .optional(),
  WEB_CONCURRENCY: wholeNumber(1, 64, 2).optional(),
})

export type Variable = keyof z.infer<typeof variables>

/** An identity provider that people sign in with. */
export type IdentityProviderConfig = {
  readonly id: 'okta' | 'entra' | 'oidc' | 'demo'
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

export type Config = {
  readonly host: string
  readonly port: number
  readonly databaseUrl: string
  readonly redisUrl: string
  /** How long a call waits for Redis, ms. */
  readonly redisDeadlineMs: number
  /** The address that people and clients use, without a trailing slash. */
  readonly publicUrl: string
  readonly nextauthSecret: string
  readonly masterKey: Buffer
  readonly pepper: Pepper
  readonly previousPepper: Pepper | null
  readonly identityProviders: readonly IdentityProviderConfig[]
  readonly bootstrapToken: string | null
  readonly demo: boolean
  /** Where the demo's simulated upstream listens; null outside the demo. */
  readonly simulatorUrl: string | null
  /** Where the front door sends what is not a gateway path; null where Next serves everything itself. */
  readonly portalUrl: string | null
  /** Where workload identity federations may read the identity token of this workload; nowhere unless it is said here. */
  readonly identityTokenUrls: readonly string[]
  /** How long a gateway keeps the answer of a call with an Idempotency-Key. */
  readonly idempotencyTtlSeconds: number
  /** Origins whose web pages may call the gateway; none unless it is said here. */
  readonly corsOrigins: readonly string[]
  readonly dataDir: string
  /** For how many months single usage events are kept beside the one that runs; null: for ever. */
  readonly usageRetentionMonths: number | null
  readonly logLevel: string
  readonly webConcurrency: number
}

export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/** Problems with the values that are set, one line each. Missing values are the supervisor's to fill. */
export function environmentProblems(env: Environment): string[] {
  const given = withoutEmpty(env)
  const parsed = variables.safeParse(given)
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`)
  for (const [first, ...others] of togetherOrNotAtAll) {
    const group = [first!, ...others]
    const missing = group.filter((name) => given[name] === undefined)
    if (missing.length > 0 && missing.length < group.length) {
      problems.push(
        `${missing.join(', ')}: expected together with ${group.filter((n) => given[n] !== undefined).join(', ')}`,
      )
    }
  }
  if (demoMode(given) && !isLoopback(given.HOST ?? '127.0.0.1')) {
    problems.push(
      'HOST: demo mode serves only loopback addresses, since its identity provider signs anyone in. Set OKTA_*, ENTRA_* or OIDC_* for a real identity provider, or HOST=127.0.0.1',
    )
  }
  if (given.GATEHOUSE_DEMO === 'off' && !hasIdentityProvider(given)) {
    problems.push(
      'GATEHOUSE_DEMO: off needs an identity provider. Set OKTA_*, ENTRA_* or OIDC_*, e.g. OIDC_ISSUER=https://id.example.com',
    )
  }
  return problems
}

/** The whole configuration of one process; throws ConfigError with every problem. */
export function loadConfig(env: Environment): Config {
  const given = withoutEmpty(env)
  const problems = environmentProblems(env)
  for (const name of required) {
    if (given[name] === undefined)
      problems.push(`${name}: is required here; \`npm start\` sets it by itself in demo mode`)
  }
  if (problems.length > 0) throw new ConfigError(problems)

  const values = variables.parse(given)
  const host = values.HOST ?? '127.0.0.1'
  const port = values.PORT ?? 3000
  return {
    host,
    port,
    databaseUrl: values.DATABASE_URL!,
    redisUrl: values.REDIS_URL!,
    redisDeadlineMs: values.GATEHOUSE_REDIS_DEADLINE_MS ?? defaultDeadlineMs,
    publicUrl: (values.NEXTAUTH_URL ?? `http://${host}:${port}`).replace(/\/$/, ''),
    nextauthSecret: values.NEXTAUTH_SECRET!,
    masterKey: values.GATEHOUSE_MASTER_KEY!,
    pepper: pepperOf(values.GATEHOUSE_KEY_PEPPER!),
    previousPepper: values.GATEHOUSE_KEY_PEPPER_PREVIOUS ? pepperOf(values.GATEHOUSE_KEY_PEPPER_PREVIOUS) : null,
    identityProviders: identityProviders(values),
    bootstrapToken: values.GATEHOUSE_BOOTSTRAP_TOKEN ?? null,
    demo: demoMode(given),
    simulatorUrl: values.GATEHOUSE_SIMULATOR_URL ?? null,
    portalUrl: values.GATEHOUSE_PORTAL_URL ?? null,
    identityTokenUrls: values.GATEHOUSE_IDENTITY_TOKEN_URLS ?? [],
    idempotencyTtlSeconds: values.GATEHOUSE_IDEMPOTENCY_TTL_SECONDS ?? 86_400,
    corsOrigins: values.GATEHOUSE_CORS_ORIGINS ?? [],
    dataDir: values.GATEHOUSE_DATA_DIR ?? '.data',
    usageRetentionMonths: values.GATEHOUSE_USAGE_RETENTION_MONTHS ?? null,
    logLevel: values.LOG_LEVEL ?? 'info',
    webConcurrency: values.WEB_CONCURRENCY ?? 1,
  }
}

/** Demo mode: asked for, or `auto` with no identity provider set and a loopback host. */
export function demoMode(env: Environment): boolean {
  const setting = env.GATEHOUSE_DEMO ?? 'auto'
  if (setting !== 'auto') return setting === 'on'
  return !hasIdentityProvider(env)
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

const required: readonly Variable[] = [
  'DATABASE_URL',
  'REDIS_URL',
  'NEXTAUTH_SECRET',
  'GATEHOUSE_MASTER_KEY',
  'GATEHOUSE_KEY_PEPPER',
]

const togetherOrNotAtAll: readonly (readonly Variable[])[] = [
  ['OKTA_ISSUER', 'OKTA_CLIENT_ID', 'OKTA_CLIENT_SECRET'],
  ['ENTRA_TENANT_ID', 'ENTRA_CLIENT_ID', 'ENTRA_CLIENT_SECRET'],
  ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'],
]

function hasIdentityProvider(env: Environment): boolean {
  return Boolean(env.OKTA_ISSUER || env.ENTRA_TENANT_ID || env.OIDC_ISSUER)
}

function identityProviders(values: z.infer<typeof variables>): IdentityProviderConfig[] {
  const providers: IdentityProviderConfig[] = []
  if (values.OKTA_ISSUER) {
    providers.push({
      id: 'okta',
      name: 'Okta',
      issuer: values.OKTA_ISSUER,
      clientId: values.OKTA_CLIENT_ID!,
      clientSecret: values.OKTA_CLIENT_SECRET!,
    })
  }
  if (values.ENTRA_TENANT_ID) {
    providers.push({
      id: 'entra',
      name: 'Microsoft Entra ID',
      issuer: `https://login.microsoftonline.com/${values.ENTRA_TENANT_ID}/v2.0`,
      clientId: values.ENTRA_CLIENT_ID!,
      clientSecret: values.ENTRA_CLIENT_SECRET!,
    })
  }
  if (values.OIDC_ISSUER) {
    providers.push({
      id: 'oidc',
      name: values.OIDC_NAME ?? 'Single sign-on',
      issuer: values.OIDC_ISSUER,
      clientId: values.OIDC_CLIENT_ID!,
      clientSecret: values.OIDC_CLIENT_SECRET!,
    })
  }
  if (values.GATEHOUSE_DEMO_ISSUER) {
    providers.push({
      id: 'demo',
      name: 'Demo SSO',
      issuer: values.GATEHOUSE_DEMO_ISSUER,
      clientId: 'gatehouse-portal',
      clientSecret: demoClientSecret,
    })
  }
  return providers
}

/** The demo identity provider signs anyone in, on loopback only: its client secret protects nothing. */
export const demoClientSecret = 'demo-client-secret-for-loopback-only'

// An empty variable, as `FOO= npm start` sets it, is the same as none.
function withoutEmpty(env: Environment): Record<string, string> {
  const given: Record<string, string> = {}
  for (const name of Object.keys(variables.shape)) {
    const value = env[name]
    if (value !== undefined && value !== '') given[name] = value
  }
  return given
}
