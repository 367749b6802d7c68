/** Why a call was refused or allowed. Browser-safe. */
import * as z from 'zod'
import { units, type Unit } from '#lib/catalog/contract.ts'
import type { Outcome, TestedRule } from '#lib/ledger/contract.ts'
import { outcomes } from '#lib/ledger/contract.ts'
import { ask } from '#lib/requests/contract.ts'
import { ruleView } from '#lib/reports/calls-contract.ts'

/** Something else that the key may do now and that would not be refused for the same reason. */
export type Way =
  | {
      readonly kind: 'model'
      readonly model: string
      /** At most; null where money was not the matter. */ readonly costNanos: bigint | null
    }
  | { readonly kind: 'output'; readonly field: string; readonly maximum: number; readonly asked: number | null }
  | { readonly kind: 'key'; readonly id: string; readonly name: string }

/** Whom to ask, with an address where one is known. */
export type Contact = { readonly name: string; readonly mail: string | null; readonly why: string }

type Named = { readonly id: string; readonly name: string }

/** One decision, with the values of its moment. Money is nano-USD; rules as the call path wrote them. */
export type DecisionRecord = {
  readonly id: string
  readonly callId: string
  readonly atMs: number
  readonly outcome: Outcome
  readonly status: number
  readonly code: string | null
  readonly message: string | null
  readonly rules: readonly TestedRule[]
  readonly heldNanos: string | null
  readonly outputAsked: number | null
  readonly outputAllowed: number | null
  readonly promptBytes: number | null
  readonly promptTokens: number | null
  /** When the same call would have passed; null where time does not help or nobody can say. */
  readonly retryAtMs: number | null
  readonly profile: { readonly id: string; readonly name: string; readonly version: number | null } | null
  readonly key: Named | null
  readonly team: Named | null
  readonly endpoint: string
  readonly model: string | null
  readonly userAgent: string | null
  readonly clientIp: string | null
  readonly costUsd: string
  /** What was used and has no price: its cost is not in `costUsd`. */
  readonly unpriced: Unit[]
  readonly tookMs: number
  readonly ways: readonly Way[]
  /** Who can change the rule that refused; null where nothing was refused. */
  readonly contact: Contact | null
}

const named = z.object({ id: z.string(), name: z.string() })

/** The same for the management API. */
export const wayView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('model'), model: z.string(), costAtMostUsd: z.string().nullable() }),
  z.object({ kind: z.literal('output'), field: z.string(), maximum: z.number(), asked: z.number().nullable() }),
  z.object({ kind: z.literal('key'), id: z.string(), name: z.string() }),
])

/** Where a refusal leads on to; all empty where nothing was refused. */
export const waysView = z.object({
  waysOn: z.array(wayView),
  /** Requests that would cure it, all of them together; POST /key-requests takes each. */
  requests: z.array(ask),
  contact: z.object({ name: z.string(), mail: z.string().nullable(), why: z.string() }).nullable(),
})

export const decisionView = z.object({
  id: z.string(),
  callId: z.string(),
  at: z.string(),
  outcome: z.enum(outcomes),
  status: z.number(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  rules: z.array(ruleView),
  heldUsd: z.string().nullable(),
  outputAsked: z.number().nullable(),
  outputAllowed: z.number().nullable(),
  promptBytes: z.number().nullable(),
  retryAt: z.string().nullable(),
  profile: named.extend({ version: z.number().nullable() }).nullable(),
  key: named.nullable(),
  team: named.nullable(),
  endpoint: z.string(),
  model: z.string().nullable(),
  costUsd: z.string(),
  unpriced: z.array(z.enum(units)),
  totalMs: z.number(),
  ...waysView.shape,
})
export type DecisionView = z.infer<typeof decisionView>
