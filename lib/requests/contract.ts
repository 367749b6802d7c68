/** Requests and approvals: words, inputs, views. Browser-safe. */
import * as z from 'zod'
import { createKeyInput, keyView, mintedKey } from '#lib/keys/contract.ts'
import { askedScopeTypes } from '#lib/requests/rules/asked-scopes.ts'
import { amountUsd, budgetPeriods, limitKinds, limitValue } from '#lib/limits/contract.ts'

export const requestKinds = ['new_key', 'kind', 'budget', 'limit', 'model', 'lifetime', 'lend'] as const
export type RequestKind = (typeof requestKinds)[number]

/** `ended`: it was approved until a date, and that is over. `expired`: nobody decided, or what it was for is gone. */
export const requestStatuses = ['open', 'approved', 'denied', 'withdrawn', 'expired', 'ended'] as const
export type RequestStatus = (typeof requestStatuses)[number]

export const requestViews = ['mine', 'waiting'] as const
export type RequestViewName = (typeof requestViews)[number]

const time = z.iso.datetime({ offset: true, message: 'Use RFC 3339, such as 2027-01-31T00:00:00Z.' })
const id = z.string().trim().min(1).max(64)
const reason = z.string().trim().max(500, 'Use at most 500 characters.')

const limits = z.partialRecord(z.enum(limitKinds), limitValue)
const names = z.array(z.string().trim().min(1).max(120)).min(1).max(50)

/** What a key may have more of. The budget keeps its period and posture. */
export const raise = z.strictObject({
  budgetUsd: amountUsd.optional(),
  limits: limits.optional(),
  models: names.optional(),
  providers: names.optional(),
  expiresAt: time.optional(),
  /** One key more than the profile lets a person have, or a kind that it does not let them create. */
  oneMore: z.literal(true).optional(),
  kind: z.literal(true).optional(),
})
export type Raise = z.infer<typeof raise>

/** Whose budget: a key's own, or a person's. */
export const lendScope = z.strictObject({ type: z.enum(['key', 'user']), id })
export type LendScope = z.infer<typeof lendScope>

export const loan = z.strictObject({
  from: lendScope,
  to: lendScope,
  amountUsd,
  period: z.enum(budgetPeriods).default('month'),
})
export type Loan = z.infer<typeof loan>

const scopeInput = z.strictObject({ type: z.enum(askedScopeTypes), id })

/** More for what stands above keys: its budget of one period, or limits that it has. */
export const scopeRaise = z.strictObject({
  scope: scopeInput.extend({ name: z.string() }),
  budget: z.strictObject({ amountUsd, period: z.enum(budgetPeriods) }).optional(),
  limits: limits.optional(),
})
export type ScopeRaise = z.infer<typeof scopeRaise>

/** Exactly one: more for a key, more for what stands above keys, or a part of one budget lent to another. */
export const wish = z.union([z.strictObject({ raise }), z.strictObject({ scopeRaise }), z.strictObject({ loan })])
export type Wish = z.infer<typeof wish>

const common = {
  reason: reason.default(''),
  /** When it ends by itself; left out: for good. */
  until: time.optional(),
  /** The decision on the call that was refused. */
  decisionId: id.optional(),
}
const ofKey = { keyId: id, ...common }
const ofKeyOrScope = { keyId: id.optional(), scope: scopeInput.optional(), ...common }
const isOfOne = ({ keyId, scope }: { keyId?: string | undefined; scope?: object | undefined }) =>
  (keyId === undefined) !== (scope === undefined)
const ofOne = { message: 'Name a key, or a scope above keys.', path: ['keyId'] }
const { reason: reasonField, decisionId } = common

/** What a call that was refused would have needed, with how much to ask for. `scope` null: of the key itself. */
const askScope = scopeInput.extend({ name: z.string() }).nullable()
export const ask = z.discriminatedUnion('what', [
  z.object({
    what: z.literal('budget'),
    scope: askScope,
    period: z.enum(budgetPeriods),
    now: z.string(),
    wanted: z.string(),
  }),
  z.object({
    what: z.literal('limit'),
    scope: askScope,
    kind: z.enum(limitKinds),
    now: z.number(),
    wanted: z.number(),
  }),
  z.object({ what: z.literal('model'), model: z.string() }),
  z.object({ what: z.literal('provider'), provider: z.string() }),
  z.object({ what: z.literal('lifetime') }),
])
export type Ask = z.infer<typeof ask>

/** POST /api/v1/key-requests. */
export const createRequestInput = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('new_key'), key: createKeyInput, ...common }),
  z.strictObject({ what: z.literal('kind'), key: createKeyInput, ...common }),
  z
    .strictObject({
      what: z.literal('budget'),
      amountUsd,
      /** Of a scope; a key has one budget. */
      period: z.enum(budgetPeriods).default('month'),
      ...ofKeyOrScope,
    })
    .refine(isOfOne, ofOne),
  z
    .strictObject({
      what: z.literal('limit'),
      limits: limits.refine((given) => Object.keys(given).length > 0, 'Name at least one limit.'),
      ...ofKeyOrScope,
    })
    .refine(isOfOne, ofOne),
  z
    .strictObject({ what: z.literal('model'), models: names.optional(), providers: names.optional(), ...ofKey })
    .refine(({ models, providers }) => models !== undefined || providers !== undefined, {
      message: 'Name a model or a provider.',
      path: ['models'],
    }),
  z.strictObject({
    what: z.literal('lifetime'),
    expiresAt: time,
    keyId: id,
    reason: reasonField,
    decisionId,
  }),
  z.strictObject({ what: z.literal('lend'), ...loan.shape, reason: reasonField, until: time }),
])
export type CreateRequestInput = z.infer<typeof createRequestInput>

/** What is left out is given as asked. */
export const approveInput = z.strictObject({
  /** Less than was asked for. */
  granted: raise.pick({ budgetUsd: true, limits: true, models: true, providers: true, expiresAt: true }).optional(),
  until: time.optional(),
  reason: reason.optional(),
})
export type ApproveInput = z.infer<typeof approveInput>

export const denyInput = z.strictObject({ reason: reason.min(1, 'Say why, so that they know what to do instead.') })
export const endInput = z.strictObject({ reason: reason.min(1, 'Say why: whoever had it is told.') })

const named = z.object({ id: z.string(), name: z.string() })

export const requestActions = ['approve', 'deny', 'withdraw', 'end'] as const
export type RequestAction = (typeof requestActions)[number]

export const requestView = z.object({
  id: z.string(),
  what: z.enum(requestKinds),
  status: z.enum(requestStatuses),
  asker: named,
  team: named,
  key: named.extend({ status: keyView.shape.status }).nullable(),
  /** In one line: "more budget: $450 instead of $200 a month". */
  summary: z.string(),
  wish,
  /** For each part of the wish what is in force now, as text; null where there is none. */
  now: z.record(z.string(), z.string().nullable()),
  reason: z.string(),
  wantedUntil: z.string().nullable(),
  approver: z.enum(['team_lead', 'admin']),
  /** The people who may decide, by name; at most five. */
  deciders: z.array(z.string()),
  granted: wish.nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: z.string().nullable(),
  decisionReason: z.string().nullable(),
  validUntil: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** Who ended it before its time, and why. */
  endedBy: z.string().nullable(),
  endReason: z.string().nullable(),
  decisionId: z.string().nullable(),
  createdAt: z.string(),
  lapsesAt: z.string(),
  /** What the reader may do with it now. */
  actions: z.array(z.enum(requestActions)),
})
export type RequestView = z.infer<typeof requestView>

/** The text of a key that was made along with the request; told this once. */
export const createdRequest = requestView.extend({ secret: z.string().optional() })

/** POST /keys, where the key waits: its text is told now, and works from the approval on. */
export const pendingKey = z.object({
  id: z.string(),
  status: z.literal('pending'),
  keyRequestId: z.string(),
  key: z.string(),
  name: z.string(),
  last4: z.string(),
})
/** POST /keys, where it is made at once: with a request beside it, where it started within its limits. */
export const createdKey = mintedKey.extend({ keyRequestId: z.string().optional() })
export type PendingKey = z.infer<typeof pendingKey>
export type CreatedKey = z.infer<typeof createdKey>
