/** Would this call pass? Browser-safe. */
import * as z from 'zod'
import { endpoints } from '#lib/catalog/contract.ts'
import { waysView } from '#lib/decisions/contract.ts'
import { ruleView } from '#lib/reports/calls-contract.ts'

const tokens = z.coerce.number().int('Enter a whole number.').min(0).max(100_000_000, 'Enter at most 100,000,000.')

export const tryInput = z.strictObject({
  keyId: z.string().min(1).max(64),
  /** As a caller names it: a model, an alias, or `provider/model`. */
  model: z.string().trim().min(1, 'Name a model.').max(200),
  /** The first conversation that the model serves unless said, else the first endpoint. */
  endpoint: z.enum(endpoints).optional(),
  /** Only where it is served there. */
  region: z.string().max(40).optional(),
  /** The caller's address; left out, rules about it are not asked. */
  address: z.union([z.ipv4(), z.ipv6()], { error: 'Use an address such as 192.0.2.7.' }).optional(),
  promptTokens: tokens.default(1000),
  /** Left out: the caller names no maximum. */
  outputTokens: tokens.optional(),
})
export type TryInput = z.infer<typeof tryInput>

export const tryAnswer = z.object({
  at: z.string(),
  allowed: z.boolean(),
  key: z.object({ id: z.string(), name: z.string() }),
  model: z.string(),
  endpoint: z.enum(endpoints),
  /** The code and the words that a caller would get; null where the call would pass. */
  code: z.string().nullable(),
  message: z.string().nullable(),
  /** Every rule that would be asked, with what is left of it now; all that would stop the call are among them. */
  rules: z.array(ruleView),
  /** Where the model is served, and what keeps the call from there. */
  places: z.array(
    z.object({ provider: z.string(), region: z.string(), allowed: z.boolean(), stoppedBy: z.string().nullable() }),
  ),
  /** What it would set aside on each budget, USD; null where no price is known. */
  heldUsd: z.string().nullable(),
  ...waysView.shape,
})
export type TryAnswer = z.infer<typeof tryAnswer>
