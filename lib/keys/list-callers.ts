/** Who calls with a key: by address, client, identity and secret. Shows a leak, and who still uses an old secret. */
import * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import { readableKey } from '#lib/keys/get-key.ts'
import { findCallers } from '#lib/keys/callers-store.ts'
import type { Context } from '#lib/platform/context.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

export const callersQuery = z.strictObject({
  /** How far back, in hours. */
  hours: z.coerce
    .number('Enter a whole number from 1 to 720.')
    .int()
    .min(1, 'Enter at least 1.')
    .max(720, 'Enter at most 720.')
    .default(24),
  secret: z.string().max(64).optional(),
})

export const callerView = z.object({
  ip: z.string().nullable(),
  client: z.string().nullable(),
  identity: z.string(),
  secretId: z.string().nullable(),
  last4: z.string().nullable(),
  calls: z.int(),
  refused: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  costUsd: z.string(),
  /** What they cost is not in `costUsd`. */
  unpricedCalls: z.int(),
  lastAt: z.string(),
})
export type CallerView = z.infer<typeof callerView>

/** The busiest hundred callers. */
export async function listCallers(
  context: Context,
  actor: Actor,
  id: string,
  query: z.infer<typeof callersQuery>,
): Promise<{ data: CallerView[] }> {
  await readableKey(context, actor, id)
  const sinceMs = context.clock.nowMs() - query.hours * 3_600_000
  const rows = await findCallers(context.db, { keyId: id, secretId: query.secret ?? null, sinceMs, limit: 100 })
  return {
    data: rows.map(({ costNanos, inputTokens, outputTokens, lastAt, ...row }) => ({
      ...row,
      inputTokens: Number(inputTokens),
      outputTokens: Number(outputTokens),
      costUsd: usdOfNanos(costNanos),
      lastAt: lastAt.toISOString(),
    })),
  }
}
