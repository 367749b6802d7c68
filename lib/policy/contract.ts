/** Access profiles and grants. Browser-safe. */
import * as z from 'zod'
import { endpoints } from '#lib/catalog/contract.ts'
import type { KeyKind, KeyStatus } from '#lib/keys/contract.ts'
import { keyKinds } from '#lib/keys/contract.ts'
import {
  amountUsd,
  budgetInput,
  budgetPeriods,
  budgetPostures,
  limitKinds,
  limitValue,
  type BudgetRule,
  type LimitRule,
} from '#lib/limits/contract.ts'

/** What a key gets when it asks for nothing, and the most it can take without someone's yes. Null: none. */
const guardrail = z.strictObject({ default: limitValue.nullable(), maximum: limitValue.nullable() })

/** Names or patterns: `*` stands for any run of characters within one segment; segments part at `/`. */
const patterns = z.array(z.string().trim().min(1).max(120)).max(500)

/**
 * What happens while limits cannot be checked: calls are refused with 503, or let through within a slice of each budget and
 * limit (lib/gateway/slices.ts).
 */
export const degradedModes = ['closed', 'open-capped'] as const
export type DegradedMode = (typeof degradedModes)[number]

/**
 * Whether callers may refer to what a provider keeps for its credential: earlier answers, conversations, files. It knows
 * the credential, not the caller, so everyone who calls with the same one may be given it who knows its id.
 */
export const storedStateModes = ['allow', 'refuse'] as const
export type StoredState = (typeof storedStateModes)[number]

/** What becomes of a call with a personal key that comes from a page in a browser, where everybody can read the key. */
export const browserOriginModes = ['allow', 'warn', 'refuse'] as const
export type BrowserOrigin = (typeof browserOriginModes)[number]

/** After how many days without a call a key is said to end, and ends. Null: never. */
const idleDays = z.strictObject({ warn: z.int().min(1).max(3650), expire: z.int().min(1).max(3650) }).nullable()
/** How many days before its end a key is told to end; the profile may say otherwise. */
export const usualEndingDays = [14, 3, 1]
const endingDays = z.array(z.int().min(1).max(365)).max(5, 'Use at most 5 days.')
/** Who says yes to what goes beyond a maximum. `nobody`: it is refused, and there is nothing to ask for. */
export const approvers = ['team_lead', 'admin', 'nobody'] as const
export type Approver = (typeof approvers)[number]

/** What may be asked for beyond the maxima, who decides, and what is approved at once. */
export const approvalPolicy = z.strictObject({
  approver: z.enum(approvers),
  /** How many times a maximum may be asked for; beyond that there is nothing to ask. */
  upToFactor: z.int().min(1).max(1000).default(10),
  /** Approved without a person. Null, or no pattern: nothing is. */
  auto: z
    .strictObject({
      /** A budget up to this much a month. */
      budgetUsd: amountUsd.nullable().default(null),
      /** Limits up to this many times their maximum. */
      limitFactor: z.number().min(1).max(1000).nullable().default(null),
      /** An end up to this many days from now. */
      lifetimeDays: z.int().min(1).max(3650).nullable().default(null),
      models: patterns.default([]),
    })
    .default({ budgetUsd: null, limitFactor: null, lifetimeDays: null, models: [] }),
})
export type ApprovalPolicy = z.infer<typeof approvalPolicy>

/** What profiles from before there were requests say: as then, nothing goes beyond a maximum. */
export const noApproval: ApprovalPolicy = {
  approver: 'nobody',
  upToFactor: 10,
  auto: { budgetUsd: null, limitFactor: null, lifetimeDays: null, models: [] },
}

const lists = z.strictObject({ allow: patterns, deny: patterns.default([]) })

/** Where callers may call from: `*` for anywhere, addresses, or networks such as 10.0.0.0/8. */
const addresses = z
  .array(
    z.union([z.literal('*'), z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
      error: 'Use an address or a network, such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.',
    }),
  )
  .max(200, 'Use at most 200 networks.')
const callers = z.strictObject({ allow: addresses })

/**
 * What the ledger keeps of a call beside what it must know to count it: `metadata` is the caller's address and client.
 * Prompts and answers are kept by neither.
 */
export const auditModes = ['metadata', 'nothing'] as const
export type AuditMode = (typeof auditModes)[number]

const policyParts = {
  models: lists,
  providers: lists,
  regions: lists,
  cidr: callers,
  endpoints: z.array(z.enum(endpoints)),
  /** Environments in which keys may be, by name or pattern. */
  environments: patterns,
  /** A model whose tokens cost more, in USD per million, is not allowed; nor is one whose price nobody has said. */
  priceCeiling: z.strictObject({
    inputUsdPerMillion: amountUsd.nullable(),
    outputUsdPerMillion: amountUsd.nullable(),
  }),
  /** Whether providers may only be asked for a version of a model that stays as it is. */
  pinnedOnly: z.boolean(),
  /** Tools of MCP servers, as `server/tool`. */
  tools: lists,
  limits: z.partialRecord(z.enum(limitKinds), guardrail),
  budget: z.strictObject({ default: budgetInput.nullable(), maximumUsd: amountUsd.nullable() }),
  /** Output tokens that a call may take under a hard budget when it names no maximum of its own. */
  defaultOutputTokens: z.int().min(1).max(1_000_000),
  lifetimeDays: z.strictObject({
    default: z.int().min(1).max(3650).nullable(),
    maximum: z.int().min(1).max(3650).nullable(),
  }),
  keysPerPerson: z.int().min(0).max(10_000),
  /** Kinds that people on this profile may create without asking. */
  kinds: z.array(z.enum(keyKinds)),
  /** Whether the first sign-in issues a personal key by itself. */
  issuesFirstKey: z.boolean(),
  degradedMode: z.enum(degradedModes),
  storedState: z.enum(storedStateModes),
  browserOrigin: z.enum(browserOriginModes),
  /** Whether running streams are cut when their key, or whom it belongs to, may not call any more. */
  killStreams: z.boolean(),
  endingDays,
  idleDays,
  approval: approvalPolicy,
  audit: z.enum(auditModes),
}

/** The guardrails of an access profile. An empty `allow` list allows nothing; `["*"]` allows all. */
export const profilePolicy = z.strictObject({
  ...policyParts,
  // Profiles from before there was a choice have none of these.
  cidr: policyParts.cidr.default({ allow: ['*'] }),
  environments: policyParts.environments.default(['*']),
  priceCeiling: policyParts.priceCeiling.default({ inputUsdPerMillion: null, outputUsdPerMillion: null }),
  pinnedOnly: policyParts.pinnedOnly.default(false),
  tools: policyParts.tools.default({ allow: [], deny: [] }),
  storedState: policyParts.storedState.default('allow'),
  browserOrigin: policyParts.browserOrigin.default('allow'),
  killStreams: policyParts.killStreams.default(false),
  endingDays: policyParts.endingDays.default(usualEndingDays),
  idleDays: policyParts.idleDays.default(null),
  approval: policyParts.approval.default(noApproval),
  audit: policyParts.audit.default('metadata'),
})
export type ProfilePolicy = z.infer<typeof profilePolicy>

/** Some of its parts, without the defaults: a part that is left out stays as it is. */
export const profilePolicyPatch = z.strictObject(policyParts).partial()

/** Scopes that may narrow, for every key in them, what its profile allows. */
export const narrowingScopes = ['organisation', 'team', 'project'] as const
export type NarrowingScope = (typeof narrowingScopes)[number]

/** What such a scope says; null: nothing. An empty list allows nothing, as in a profile. */
const scopeParts = {
  models: lists.nullable(),
  providers: lists.nullable(),
  regions: lists.nullable(),
  endpoints: z.array(z.enum(endpoints)).nullable(),
  cidr: callers.nullable(),
}
export const scopePolicy = z.strictObject(scopeParts)
export type ScopePolicy = z.infer<typeof scopePolicy>

/** PATCH: what is left out stays; null takes a part away. */
export const patchScopePolicyInput = z.strictObject({
  /** The version that the change was made on; 0 where the scope has said nothing yet. */
  version: z.int().min(0),
  policy: z.strictObject(scopeParts).partial(),
})
export type PatchScopePolicyInput = z.infer<typeof patchScopePolicyInput>

export const scopePolicyView = z.object({
  scope: z.object({ type: z.enum(narrowingScopes), id: z.string(), name: z.string() }),
  version: z.int(),
  policy: scopePolicy,
  /** Living keys in it. */
  keys: z.int(),
  updatedAt: z.string().nullable(),
})
export type ScopePolicyView = z.infer<typeof scopePolicyView>

/** Where a value of a grant comes from. */
export type Layer = 'organisation' | 'team' | 'profile' | 'project' | 'key'

/** One layer's say on a catalogue; every layer must allow. */
export type CatalogueRule = {
  readonly layer: Layer
  readonly name: string
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  /** Names that an approved request lets through all the same. */
  readonly granted?: readonly string[]
}

/**
 * The effective policy of one key as the call path uses it, compiled from PostgreSQL. Plain JSON: it is kept in Redis and
 * in process, and re-validated on every call by comparing `versions`.
 */
export type Grant = {
  readonly key: {
    readonly id: string
    readonly name: string
    readonly kind: KeyKind
    readonly status: KeyStatus
    readonly statusReason: string | null
    readonly expiresAtMs: number | null
  }
  readonly secret: { readonly id: string; readonly notAfterMs: number | null }
  /** Null where no person owns the key. */
  readonly user: { readonly id: string; readonly name: string; readonly status: string } | null
  readonly team: { readonly id: string; readonly name: string; readonly status: string }
  readonly workload: { readonly id: string; readonly name: string; readonly status: string } | null
  readonly project: { readonly id: string; readonly name: string; readonly status: string } | null
  readonly profile: { readonly id: string; readonly name: string; readonly version: number }
  readonly businessUnitId: string | null
  readonly costCentre: string | null
  readonly environment: string
  readonly tags: Readonly<Record<string, string>>
  /** The owner's at the identity provider, in alphabetical order. */
  readonly groups: readonly string[]
  readonly models: readonly CatalogueRule[]
  readonly providers: readonly CatalogueRule[]
  readonly regions: readonly CatalogueRule[]
  readonly endpoints: readonly CatalogueRule[]
  /** Which addresses may call: one rule a layer that does not let all through. */
  readonly addresses: readonly CatalogueRule[]
  /** The same for the environment of the key. */
  readonly environments: readonly CatalogueRule[]
  /** Nano-USD per million tokens; null: any price. */
  readonly priceCeiling: { readonly input: number | null; readonly output: number | null } | null
  readonly pinnedOnly: boolean
  readonly limits: readonly LimitRule[]
  readonly budgets: readonly BudgetRule[]
  readonly defaultOutputTokens: number
  readonly degradedMode: DegradedMode
  readonly storedState: StoredState
  /** `allow` for every key that is not personal. */
  readonly browserOrigin: BrowserOrigin
  /** Whether running streams end with the key's right to call. */
  readonly killStreams: boolean
  readonly audit: AuditMode
  /** The organisation's time zone, for calendar limits. */
  readonly timeZone: string
  /** Subject and version of everything this was compiled from. */
  readonly versions: readonly (readonly [subject: string, version: string])[]
}

const profileName = z.string().trim().min(1, 'Give the profile a name.').max(80, 'Use at most 80 characters.')
const description = z.string().trim().max(500, 'Use at most 500 characters.')

export const createProfileInput = z.strictObject({
  name: profileName,
  description: description.default(''),
  policy: profilePolicy,
})
export type CreateProfileInput = z.infer<typeof createProfileInput>

/** PATCH: what is left out stays; each part of the policy that is given replaces that part as a whole. */
export const patchProfileInput = z.strictObject({
  /** The version that the change was made on: when another was first, nothing is overwritten. */
  version: z.int().min(1),
  name: profileName.optional(),
  description: description.optional(),
  policy: profilePolicyPatch.optional(),
  isDefault: z.literal(true, 'Make another profile the default instead.').optional(),
})
export type PatchProfileInput = z.infer<typeof patchProfileInput>

export const profileView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  builtIn: z.boolean(),
  isDefault: z.boolean(),
  version: z.int(),
  policy: profilePolicy,
  /** Living keys on it, people on it, and the groups that lead to it. */
  keys: z.int(),
  people: z.int(),
  groups: z.array(z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type ProfileView = z.infer<typeof profileView>

/** One version of a profile, the one in force included. */
export const profileVersionView = z.object({
  version: z.int(),
  inForce: z.boolean(),
  name: z.string(),
  description: z.string(),
  policy: profilePolicy,
  at: z.string(),
  /** Who made it; empty for versions from before that was kept. */
  by: z.string(),
  /** The version whose values it has again. */
  restores: z.int().nullable(),
})
export type ProfileVersionView = z.infer<typeof profileVersionView>

export const profileDifference = z.object({
  from: z.int(),
  to: z.int(),
  /** By part of the profile, those that differ. */
  before: z.record(z.string(), z.unknown()),
  after: z.record(z.string(), z.unknown()),
})

/** What a form for a new key needs to know. */
export const guardrailsView = z.object({
  profile: z.object({ id: z.string(), name: z.string() }),
  kinds: z.array(z.enum(keyKinds)),
  limits: z.partialRecord(z.enum(limitKinds), guardrail),
  budget: z.object({
    default: budgetInput.nullable(),
    /** The largest amount for each period; null: any. */
    maximumUsd: z.record(z.enum(budgetPeriods), z.string().nullable()),
    /** The loosest posture that a key may choose. */
    loosestPosture: z.enum(budgetPostures),
  }),
  lifetimeDays: z.object({ default: z.int().nullable(), maximum: z.int().nullable() }),
  keysPerPerson: z.int(),
  /** How many more the reader may have; null where the reader is no person. */
  keysLeft: z.int().nullable(),
  models: z.array(z.object({ name: z.string(), displayName: z.string(), vendor: z.string(), allowed: z.boolean() })),
  providers: z.array(z.object({ name: z.string(), allowed: z.boolean() })),
  regions: z.array(z.object({ name: z.string(), allowed: z.boolean() })),
  /** Whether the reader may go beyond all of this, which is audited. */
  mayOverride: z.boolean(),
})
export type GuardrailsView = z.infer<typeof guardrailsView>
