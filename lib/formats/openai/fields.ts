/** What the bodies of several of OpenAI's endpoints have in common. */
import * as z from 'zod'
import type { ParseProblem } from '#lib/formats/contract.ts'

export const modelName = z.string().min(1).max(256)

/** More than any model gives. A call's hold is counted from it, and must stay a number that money can have. */
export const outputMaximum = z.int().min(1).max(1_000_000_000).nullish()

export const streamOptions = z.looseObject({ include_usage: z.boolean().nullish() }).nullish()

/**
 * The most prompt tokens that one image can become: OpenAI's dearest case, gpt-4o-mini at high detail with eight tiles
 * (2,833 + 8 × 5,667).
 */
export const tokensOfAnImage = 48_169
/** The largest context that we know of: no prompt is longer, whatever it refers to. */
export const tokensOfAContext = 1_050_000

export function problemOf(error: z.ZodError): ParseProblem {
  const issue = error.issues[0]!
  const param = issue.path.map(String).join('.') || null
  return { problem: param ? `${param}: ${issue.message}` : issue.message, param }
}

/** Four bytes a token (OpenAI's cookbook). */
export function tokensOfText(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}
