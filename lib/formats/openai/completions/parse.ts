/** Reads what the gateway must know of requests for completions; everything else passes untouched. */
import * as z from 'zod'
import type { ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { modelName, problemOf, streamOptions, tokensOfText } from '#lib/formats/openai/fields.ts'

const completion = z.looseObject({
  model: modelName,
  prompt: z
    .union([z.string(), z.array(z.string()).min(1), z.array(z.int()).min(1), z.array(z.array(z.int()).min(1)).min(1)])
    .nullish(),
  stream: z.boolean().nullish(),
  stream_options: streamOptions,
  // 0 asks only what the model makes of the prompt.
  max_tokens: z.int().min(0).max(1_000_000_000).nullish(),
  n: z.int().min(1).max(128).nullish(),
  best_of: z.int().min(1).max(128).nullish(),
})

/** What OpenAI gives where the caller names no maximum. */
const defaultMaximum = 16

export function parseCompletion(body: unknown): ParsedRequest | ParseProblem {
  const parsed = completion.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const request = parsed.data
  const prompts = promptsOf(request.prompt ?? '')
  const each = request.n ?? 1
  return {
    model: request.model,
    stream: request.stream === true,
    outputMaximum: request.max_tokens ?? null,
    outputDefault: defaultMaximum,
    // Also those that turn out not to be the best are billed.
    choices: prompts.length * Math.max(each, request.best_of ?? each),
    promptTokensEstimate: prompts.reduce((sum, prompt) => sum + tokensOf(prompt), 0),
    tokensBeyondBytes: 0,
    wantsStreamUsage: request.stream_options?.include_usage === true,
  }
}

type Prompt = string | readonly number[]

function promptsOf(prompt: string | readonly string[] | readonly number[] | readonly (readonly number[])[]): Prompt[] {
  if (typeof prompt === 'string') return [prompt]
  return typeof prompt[0] === 'number' ? [prompt as readonly number[]] : [...(prompt as readonly Prompt[])]
}

function tokensOf(prompt: Prompt): number {
  return typeof prompt === 'string' ? tokensOfText(prompt) : prompt.length
}
