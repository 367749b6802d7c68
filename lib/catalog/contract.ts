/** Models, what they cost, and where they run. Browser-safe. */
import * as z from 'zod'
import { stops } from '#lib/quarantine/contract.ts'

/** What a price is for. A call's usage is a vector over these. */
export const units = [
  'input',
  'cached_read',
  'cache_write_5m',
  'cache_write_1h',
  'output',
  'reasoning',
  'audio_input',
  'audio_output',
  'image_input',
  'image_output',
  'images',
  'seconds',
  'characters',
  'tool_calls',
] as const
export type Unit = (typeof units)[number]

/** Nano-USD per million units. A unit without a price of its own falls back as `lib/catalog/rules/price-call.ts` says. */
export const nanosPerMillion = z.partialRecord(z.enum(units), z.int().nonnegative())
export type NanosPerMillion = z.infer<typeof nanosPerMillion>

export type PriceVersion = { readonly id: string; readonly nanosPerMillion: NanosPerMillion }

/**
 * What one call used. Disjoint but for one memo: `reasoning` tokens are contained in `output`, as OpenAI counts them.
 * `input` excludes cached and audio tokens. Absent means zero.
 */
export const tokenVector = z.partialRecord(z.enum(units), z.number())
export type TokenVector = z.infer<typeof tokenVector>

export const endpoints = [
  'chat',
  'responses',
  'completions',
  'embeddings',
  'models',
  'images',
  'transcriptions',
  'speech',
  'moderations',
  'messages',
  'count_tokens',
  'generate_content',
  'converse',
  'mcp',
  'apis',
] as const
export type Endpoint = (typeof endpoints)[number]

/** Endpoints where a model is talked to, each on another wire. */
export const conversations: readonly Endpoint[] = ['chat', 'responses', 'messages', 'generate_content', 'converse']

export const providerKinds = [
  'openai',
  'openai_compatible',
  'anthropic',
  'gemini',
  'azure',
  'bedrock',
  'vertex',
] as const
export type ProviderKind = (typeof providerKinds)[number]

/** What happens to a call of a model that has no price: it is refused, or served and told as not priced. Never $0. */
export const unpricedModels = ['refuse', 'flag'] as const
export type UnpricedModels = (typeof unpricedModels)[number]

/**
 * How long a provider may take: to a connection; from the request to the answer's first byte; between two pieces of the
 * answer; from the request to the answer's end.
 */
export const timeoutNames = ['connectMs', 'firstByteMs', 'idleMs', 'wholeMs'] as const
export type TimeoutName = (typeof timeoutNames)[number]

/** Those that are set for one provider, as they are stored; for the others `defaultTimeouts` count. */
export const providerTimeouts = z.partialRecord(z.enum(timeoutNames), z.int().positive())
export type ProviderTimeouts = z.infer<typeof providerTimeouts>

export const defaultTimeouts: Readonly<Record<TimeoutName, number>> = {
  connectMs: 5_000,
  firstByteMs: 300_000,
  idleMs: 120_000,
  wholeMs: 3_600_000,
}

/** What may be set, in milliseconds. All attempts of a call together have 10 minutes to their first byte. */
export const timeoutRanges: Readonly<Record<TimeoutName, readonly [least: number, most: number]>> = {
  connectMs: [100, 60_000],
  firstByteMs: [1_000, 600_000],
  idleMs: [1_000, 600_000],
  wholeMs: [1_000, 86_400_000],
}

/** Subject of the catalogue's version in lib/policy/versions.ts. */
export const catalogSubject = 'catalog'

// ── Inputs and answers of the management API ─────────────────────────────────────────────────────

/** Statuses that people set; `quarantined` has actions of its own. */
export const providerStatuses = ['active', 'off', 'quarantined'] as const
export const modelStatuses = ['active', 'retired', 'quarantined'] as const

const displayName = z.string().trim().min(1, 'Give it a name.').max(80, 'Use at most 80 characters.')
const slug = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$/, 'Use small letters, digits and dashes, such as openai-eu.')
const region = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'Use small letters, digits and dashes, such as eu or us-east-1.')
const modelName = z
  .string()
  .max(120, 'Use at most 120 characters.')
  .regex(/^[A-Za-z0-9][\w.:/@-]*$/, 'Use letters, digits and . : / @ _ -, beginning with a letter or digit.')
const weight = z.int().min(1, 'Enter at least 1.').max(1000, 'Enter at most 1,000.')
const baseUrl = z.string().trim().max(500)

export const credentialInput = z.strictObject({
  label: z.string().trim().min(1, 'Say what it is for.').max(80, 'Use at most 80 characters.'),
  /** Encrypted at once, and never told again. */
  secret: z.string().min(8, 'A credential has at least 8 characters.').max(10_000, 'Use at most 10,000 characters.'),
  weight: weight.default(100),
})
export type CredentialInput = z.infer<typeof credentialInput>

export const createProviderInput = z.strictObject({
  /** As in x-gatehouse-provider and in the lists of profiles; it stays. */
  name: slug,
  displayName: displayName.optional(),
  kind: z.enum(providerKinds),
  baseUrl,
  credential: credentialInput.optional(),
})
export type CreateProviderInput = z.infer<typeof createProviderInput>

/** Null: the default again. */
function timeoutInput(name: TimeoutName) {
  const [least, most] = timeoutRanges[name]
  const words = `Enter whole milliseconds from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}.`
  return z.int(words).min(least, words).max(most, words).nullable().optional()
}

export const patchProviderInput = z.strictObject({
  displayName: displayName.optional(),
  baseUrl: baseUrl.optional(),
  status: z.enum(['active', 'off']).optional(),
  /** Those that are left out stay. */
  timeouts: z
    .strictObject({
      connectMs: timeoutInput('connectMs'),
      firstByteMs: timeoutInput('firstByteMs'),
      idleMs: timeoutInput('idleMs'),
      wholeMs: timeoutInput('wholeMs'),
    })
    .optional(),
})
export type PatchProviderInput = z.infer<typeof patchProviderInput>

const time = z.string()
export const credentialView = z.object({
  id: z.string(),
  label: z.string(),
  /** All that is ever shown of it. */
  last4: z.string(),
  weight: z.int(),
  status: z.string(),
  createdAt: time,
  retiredAt: time.nullable(),
})

export const providerView = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string(),
  kind: z.enum(providerKinds),
  baseUrl: z.string(),
  status: z.enum(providerStatuses),
  /** Answers come from the provider simulator, not from a model. */
  simulated: z.boolean(),
  /** Milliseconds that are set for it; null: the default, which stands in `timeoutDefaults`. */
  timeouts: z.record(z.enum(timeoutNames), z.int().nullable()),
  timeoutDefaults: z.record(z.enum(timeoutNames), z.int()),
  credentials: z.array(credentialView),
  /** Names of models that it serves. */
  models: z.array(z.string()),
  createdAt: time,
})
export type ProviderView = z.infer<typeof providerView>

const usdPerMillion = z
  .string()
  .regex(/^\d{1,7}(\.\d{1,9})?$/, 'Enter US dollars per million units, such as "0.15", with at most 9 decimals.')
export const priceInput = z.strictObject({
  /** By unit. "0" is free, and says so; a unit that is left out has no price. */
  usdPerMillion: z
    .partialRecord(z.enum(units), usdPerMillion)
    .refine((prices) => Object.keys(prices).length > 0, 'Name the price of one unit at least.'),
  /** Now, unless said; never in the past. */
  effectiveFrom: z.iso.datetime({ offset: true, message: 'Use RFC 3339, such as 2027-01-31T00:00:00Z.' }).optional(),
  source: z.string().trim().min(1).max(200).optional(),
})
export type PriceInput = z.infer<typeof priceInput>

export const addPriceInput = priceInput.extend({
  /** The one route that costs this; left out: every route without a price of its own. */
  deploymentId: z.string().min(1).max(64).optional(),
})
export type AddPriceInput = z.infer<typeof addPriceInput>

export const deploymentInput = z.strictObject({
  providerId: z.string().min(1).max(64),
  /** The provider's name for the model; the model's own unless said. */
  upstreamModel: z
    .string()
    .max(200)
    .regex(/^[\x21-\x7e]+$/, 'Use printable characters without spaces.')
    .optional(),
  region: region.default('global'),
  rank: z.int().min(0).max(100).default(0),
  weight: weight.default(100),
})
export type DeploymentInput = z.infer<typeof deploymentInput>

export const patchDeploymentInput = z.strictObject({
  upstreamModel: deploymentInput.shape.upstreamModel,
  region: region.optional(),
  rank: z.int().min(0).max(100).optional(),
  weight: weight.optional(),
  status: z.enum(['active', 'off']).optional(),
})
export type PatchDeploymentInput = z.infer<typeof patchDeploymentInput>

const mostAliases = 20
const modelFields = {
  displayName,
  vendor: z.string().trim().min(1, 'Name the vendor.').max(60),
  /** Other names that callers may use. Policies name the model, never an alias. */
  aliases: z
    .array(modelName)
    .max(mostAliases, `A model has at most ${mostAliases} aliases.`)
    .refine((names) => new Set(names).size === names.length, 'Name each alias once.'),
  endpoints: z.array(z.enum(endpoints)).min(1, 'Choose one endpoint at least.').max(endpoints.length),
  capabilities: z.array(slug).max(30),
  contextTokens: z.int().min(1).max(1_000_000_000).nullable(),
  maxOutputTokens: z.int().min(1).max(100_000_000).nullable(),
  retiresAt: z.iso.datetime({ offset: true, message: 'Use RFC 3339, such as 2027-01-31T00:00:00Z.' }).nullable(),
}

export const createModelInput = z.strictObject({
  /** What callers ask for; it stays. */
  name: modelName,
  displayName: modelFields.displayName.optional(),
  vendor: modelFields.vendor,
  aliases: modelFields.aliases.default([]),
  endpoints: modelFields.endpoints,
  capabilities: modelFields.capabilities.default([]),
  contextTokens: modelFields.contextTokens.default(null),
  maxOutputTokens: modelFields.maxOutputTokens.default(null),
  retiresAt: modelFields.retiresAt.default(null),
  /** Left out: the list price, where the price package knows the model. Without any price it can't be called. */
  price: priceInput.optional(),
  deployments: z.array(deploymentInput).max(50).default([]),
})
export type CreateModelInput = z.infer<typeof createModelInput>

export const patchModelInput = z
  .strictObject({
    ...modelFields,
    status: z.enum(['active', 'retired']),
    /** Takes aliases from other models that have them; otherwise that is a conflict. */
    moveAliases: z.boolean(),
  })
  .partial()
export type PatchModelInput = z.infer<typeof patchModelInput>

export const priceView = z.object({
  id: z.string(),
  /** The route that it is for; null: every route without a price of its own. */
  deploymentId: z.string().nullable(),
  usdPerMillion: z.partialRecord(z.enum(units), z.string()),
  effectiveFrom: time,
  source: z.string(),
  createdAt: time,
})
export type PriceView = z.infer<typeof priceView>

export const deploymentView = z.object({
  id: z.string(),
  provider: z.object({
    id: z.string(),
    name: z.string(),
    displayName: z.string(),
    status: z.string(),
    simulated: z.boolean(),
  }),
  upstreamModel: z.string(),
  region: z.string(),
  rank: z.int(),
  weight: z.int(),
  status: z.string(),
  /** Its own price in force now; null: it costs what the model costs. */
  price: priceView.nullable(),
})

/** Why someone may not call a model, first reason first. */
export const accessReasons = [
  'model_not_allowed',
  'endpoint_not_allowed',
  'provider_not_allowed',
  'region_not_allowed',
  'version_not_allowed',
  'price_not_allowed',
  'quarantined',
  'retired',
  'no_price',
  'no_route',
] as const

export type AccessReason = (typeof accessReasons)[number]

export const modelView = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string(),
  vendor: z.string(),
  aliases: z.array(z.string()),
  endpoints: z.array(z.enum(endpoints)),
  capabilities: z.array(z.string()),
  contextTokens: z.int().nullable(),
  maxOutputTokens: z.int().nullable(),
  status: z.enum(modelStatuses),
  retiresAt: time.nullable(),
  /** In force now; null: only routes with a price of their own can be called. */
  price: priceView.nullable(),
  /** The next change of price that is known. */
  nextPrice: priceView.nullable(),
  deployments: z.array(deploymentView),
  /** With `for=me`: whether a key of mine could call it, and if not, why, and which layer of policy says no. */
  access: z
    .object({
      allowed: z.boolean(),
      reason: z.enum(accessReasons).nullable(),
      layer: z.string().nullable(),
      profile: z.string(),
    })
    .optional(),
  createdAt: time,
})
export type ModelView = z.infer<typeof modelView>

export const catalogueEffect = z.object({
  id: z.string(),
  status: z.string(),
  dryRun: z.boolean(),
  /** Models that nothing serves any more with this, or something serves again. */
  models: z.array(z.string()),
  /** How often it was called in the last 24 hours. */
  callsLastDay: z.int(),
  /** When it ends by itself; null: when somebody releases it. */
  until: time.nullable(),
  stops,
})
export type CatalogueEffect = z.infer<typeof catalogueEffect>
