/**
 * Google's usageMetadata as a token vector. Its prompt count contains cached and audio tokens, ours does not; its thoughts
 * are outside its candidates, ours are inside the output.
 */
import * as z from 'zod'
import type { TokenVector } from '#lib/catalog/contract.ts'

const count = z.number().int().nonnegative().max(1_000_000_000)
const details = z.array(z.object({ modality: z.string().nullish(), tokenCount: count.nullish() })).nullish()

const usage = z.object({
  promptTokenCount: count,
  cachedContentTokenCount: count.nullish(),
  toolUsePromptTokenCount: count.nullish(),
  candidatesTokenCount: count.nullish(),
  thoughtsTokenCount: count.nullish(),
  promptTokensDetails: details,
  cacheTokensDetails: details,
  candidatesTokensDetails: details,
})

/** Null when the object is not a usable usage: missing, negative or absurd numbers are not to be billed. */
export function tokensOf(value: unknown): TokenVector | null {
  const parsed = usage.safeParse(value)
  if (!parsed.success) return null
  const read = parsed.data
  const cached = read.cachedContentTokenCount ?? 0
  const cachedAudio = of('AUDIO', read.cacheTokensDetails)
  const audioInput = of('AUDIO', read.promptTokensDetails) - cachedAudio
  const input = read.promptTokenCount - cached - audioInput
  const candidates = read.candidatesTokenCount ?? 0
  const audioOutput = of('AUDIO', read.candidatesTokensDetails)
  const imageOutput = of('IMAGE', read.candidatesTokensDetails)
  if (input < 0 || audioInput < 0 || cachedAudio > cached || audioOutput + imageOutput > candidates) return null

  const tokens: TokenVector = { input: input + (read.toolUsePromptTokenCount ?? 0) }
  if (cached > 0) tokens.cached_read = cached
  if (audioInput > 0) tokens.audio_input = audioInput
  const thoughts = read.thoughtsTokenCount ?? 0
  const output = candidates + thoughts - audioOutput - imageOutput
  // A count of none is left out.
  if (output > 0) tokens.output = output
  if (thoughts > 0) tokens.reasoning = thoughts
  if (audioOutput > 0) tokens.audio_output = audioOutput
  if (imageOutput > 0) tokens.image_output = imageOutput
  return tokens
}

/** The prompt's part. */
export function promptOf(tokens: TokenVector): TokenVector {
  const { output: _output, reasoning: _reasoning, audio_output: _audio, image_output: _image, ...prompt } = tokens
  return prompt
}

function of(modality: string, counts: z.infer<typeof details>): number {
  let sum = 0
  for (const one of counts ?? []) if (one.modality === modality) sum += one.tokenCount ?? 0
  return sum
}
