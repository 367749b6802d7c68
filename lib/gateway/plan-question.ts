/** What is asked of whoever decides on a call, and its plan: the same whether Redis can be asked or not. */
import type { CatalogSnapshot } from '#lib/catalog/snapshot.ts'
import type { ParsedRequest } from '#lib/formats/contract.ts'
import type { Translation } from '#lib/formats/translation.ts'
import { fromPage, planCall, type CallPlan, type PlanVerdict } from '#lib/gateway/plan-call.ts'
import type { CallRoute } from '#lib/gateway/routes.ts'
import type { Grant } from '#lib/policy/contract.ts'

export type Question = {
  readonly callId: string
  readonly keyText: string
  /** The caller's; empty where nobody knows it. */
  readonly address: string
  readonly route: CallRoute
  readonly request: ParsedRequest
  readonly translation: Translation
  readonly bodyBytes: number
  /** See Arrival. */
  readonly browserOrigin: string | null
  /** Builds the draft that the sweeper would settle. */
  readonly draft: (grant: Grant, plan: CallPlan) => string
}

/** Everything that policy says of the call, over these facts. Pure; `random` is from 0 to 1. */
export function planQuestion(
  { route, request, translation, bodyBytes, address, browserOrigin }: Question,
  grant: Grant,
  catalog: CatalogSnapshot,
  nowMs: number,
  random: number,
): PlanVerdict {
  const planned = planCall(grant, catalog, route, request, translation, bodyBytes, nowMs, random, address)
  return browserOrigin === null ? planned : fromPage(grant, browserOrigin, planned)
}
