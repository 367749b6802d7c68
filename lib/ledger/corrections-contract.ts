/** What corrections of the ledger and its dead letters are asked and answer. Browser-safe. */
import * as z from 'zod'

const moment = z.iso.datetime({ offset: true, error: 'Use RFC 3339, such as 2026-11-01T00:00:00Z.' })
const reason = z
  .string()
  .trim()
  .min(3, 'Say why, in three characters at least.')
  .max(500, 'Say why in at most 500 characters.')

export const repriceInput = z.strictObject({
  /** The catalogue's name. */
  model: z.string().min(1).max(200),
  /** Calls that happened from this moment on, and before that one. */
  from: moment,
  to: moment,
  /** The price to charge by; left out: for each call the one in force when it happened. */
  priceVersion: z.string().max(64).optional(),
  reason,
  /** True: only say what would be booked. */
  dryRun: z.boolean().default(true),
  /** Where the last answer stopped. */
  cursor: z.string().min(1).max(200).optional(),
})
export type RepriceInput = z.output<typeof repriceInput>

export const repricing = z.object({
  dryRun: z.boolean(),
  /** Calls that were looked at by this request. */
  calls: z.int(),
  /** Those of them whose cost changes: each has one adjustment. */
  adjusted: z.int(),
  /** Calls for which there is no price, which stay as they are. */
  withoutPrice: z.int(),
  differenceUsd: z.string(),
  /** When the last call that was looked at happened; null where there was none. */
  doneUntil: z.string().nullable(),
  /** Ask again with it to go on; null: all is done. */
  nextCursor: z.string().nullable(),
})
export type Repricing = z.infer<typeof repricing>

export const adjustInput = z.strictObject({
  callId: z.string().regex(/^call_[0-9a-z]{26}$/, 'Enter the id of a call, call_….'),
  costUsd: z
    .string()
    .regex(/^[+-]?\d{1,7}(\.\d{1,9})?$/, 'Enter a decimal with at most 9 decimals, such as "-0.25".')
    .refine((text) => /[1-9]/.test(text), 'Enter an amount other than 0.'),
  reason,
})
export type AdjustInput = z.output<typeof adjustInput>

export const adjustmentView = z.object({
  id: z.string(),
  callId: z.string(),
  costUsd: z.string(),
  /** What the call comes to now, with all its corrections. */
  callCostUsd: z.string(),
})
export type AdjustmentView = z.infer<typeof adjustmentView>

export const deadLetterView = z.object({
  /** Its place in the stream. */
  id: z.string(),
  at: z.string(),
  error: z.string(),
  /** What the entry held, as it came. */
  payload: z.string(),
  /** Set where somebody decided that it is never booked. */
  closed: z.object({ at: z.string(), by: z.string(), reason: z.string() }).nullable(),
})
export type DeadLetterView = z.infer<typeof deadLetterView>

export const closeDeadLetterInput = z.strictObject({ reason })
export type CloseDeadLetterInput = z.output<typeof closeDeadLetterInput>
