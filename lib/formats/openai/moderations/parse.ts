/** Reads what the gateway must know of requests for moderations; everything else passes untouched. */
import * as z from 'zod'
import type { ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { modelName, problemOf, tokensOfText } from '#lib/formats/openai/fields.ts'

const moderation = z.looseObject({
  model: modelName.nullish(),
  input: z.union([
    z.string(),
    z.array(z.string()).min(1),
    z.array(z.looseObject({ type: z.string(), text: z.string().nullish() })).min(1),
  ]),
})

/** What OpenAI takes where the caller names no model. */
const defaultModel = 'omni-moderation-latest'

export function parseModeration(body: unknown): ParsedRequest | ParseProblem {
  const parsed = moderation.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const { model, input } = parsed.data
  const texts = [input].flat().map((one) => (typeof one === 'string' ? one : (one.text ?? '')))
  return {
    model: model ?? defaultModel,
    stream: false,
    outputMaximum: 0,
    choices: 1,
    promptTokensEstimate: texts.reduce((sum, text) => sum + tokensOfText(text), 0),
    tokensBeyondBytes: 0,
    wantsStreamUsage: false,
  }
}
