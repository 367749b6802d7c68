import { tokensIn, tokensOut } from '#components/calls/tokens.ts'
import { commonCall, medianCall, type CallSize } from '#components/models/your-call.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import { listCallsQuery } from '#lib/reports/calls-contract.ts'
import { listCalls } from '#lib/reports/list-calls.ts'

const thirtyDaysMs = 30 * 86_400_000

/** The size of a call that the catalogue is priced for: the middle of one's own last calls, else a usual one. */
export async function ownCall(
  context: Context,
  actor: Actor,
): Promise<{ readonly size: CallSize; readonly isOwn: boolean }> {
  const { data } = await listCalls(
    context,
    actor,
    listCallsQuery.parse({
      limit: '200',
      from: new Date(context.clock.nowMs() - thirtyDaysMs).toISOString(),
      filter: { user: [actor.id], outcome: ['served'] },
    }),
  )
  // Embeddings produce nothing: they would make every other call look cheap.
  const spoken = data.filter(({ endpoint }) => endpoint !== 'embeddings')
  const median = medianCall(spoken.map(({ tokens }) => ({ tokensIn: tokensIn(tokens), tokensOut: tokensOut(tokens) })))
  return { size: median ?? commonCall, isOwn: median !== null }
}
