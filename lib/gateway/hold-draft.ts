import type { ParsedRequest } from '#lib/formats/contract.ts'
import { likelyUsage } from '#lib/gateway/media-usage.ts'
import type { CallPlan } from '#lib/gateway/plan-call.ts'
import type { WrittenEvent } from '#lib/ledger/contract.ts'

/** What the sweeper settles where this process dies: JSON of lib/ledger/contract.ts' HoldDraft. */
export function holdDraftText(event: WrittenEvent, plan: CallPlan, request: ParsedRequest): string {
  const prices = plan.targets[0]!.price.nanosPerMillion
  return JSON.stringify({
    event,
    prices,
    promptTokensEstimate: request.promptTokensEstimate,
    ...(request.media ? { likely: likelyUsage(request.media, prices) } : {}),
  })
}
