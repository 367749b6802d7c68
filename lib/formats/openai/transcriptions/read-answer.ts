/** Reads usage from transcriptions on their way to the caller. */
import * as z from 'zod'
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerReader } from '#lib/formats/contract.ts'
import { jsonAnswer } from '#lib/formats/json-answer.ts'
import { dataOf, passEvents } from '#lib/formats/stream-answer.ts'

const count = z.number().int().nonnegative().max(1_000_000_000)
const duration = z.object({ type: z.literal('duration'), seconds: z.number().nonnegative().max(1_000_000_000) })
const tokens = z.object({
  type: z.literal('tokens').optional(),
  input_tokens: count,
  output_tokens: count,
  input_token_details: z.object({ text_tokens: count.nullish(), audio_tokens: count.nullish() }).nullish(),
})
const usage = z.union([duration, tokens])

/** By the second or by the token, as the model is billed. Null when the object is no usable usage. */
export function transcriptionUsageOf(value: unknown): TokenVector | null {
  const parsed = usage.safeParse(value)
  if (!parsed.success) return null
  if ('seconds' in parsed.data) return { seconds: parsed.data.seconds }
  const { input_tokens, output_tokens, input_token_details: details } = parsed.data
  // What is not told apart is sound.
  const audio = details?.audio_tokens ?? input_tokens - (details?.text_tokens ?? 0)
  if (audio < 0 || audio > input_tokens) return null
  return { input: input_tokens - audio, audio_input: audio, output: output_tokens }
}

/** Subtitles and plain text say nothing of their usage, and what was spoken may look like one: only JSON is read. */
export function transcriptionAnswer(): AnswerReader {
  const reader = jsonAnswer({ tokensOf: transcriptionUsageOf, textFields: [textField], modelIn: () => null })
  let isJson: boolean | null = null
  return {
    push(chunk) {
      const first = chunk.find((byte) => byte > space)
      if (first !== undefined) isJson ??= first === brace
      return reader.push(chunk)
    },
    end: reader.end,
    reading: () => (isJson === true ? reader.reading() : { ...reader.reading(), tokens: null }),
  }
}

const textField = Buffer.from('"text":')
const space = 0x20
const brace = 0x7b
const done = 'transcript.text.done'
const doneName = Buffer.from(done)

export function transcriptionStream(): AnswerReader {
  let found: TokenVector | null = null
  let complete = false

  function read(event: Buffer): boolean {
    if (!event.includes(doneName)) return false
    const data = dataOf(event) as { readonly type?: unknown; readonly usage?: unknown } | null
    if (data?.type !== done) return false
    complete = true
    found = transcriptionUsageOf(data.usage) ?? found
    return false
  }

  const told = () => ({ tokens: found, promptTokens: null, modelServed: null, complete })
  return passEvents({ read, marks: () => [doneName], textFields: [Buffer.from('"delta":')], told })
}
