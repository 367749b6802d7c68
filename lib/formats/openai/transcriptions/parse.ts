/** Reads what the gateway must know of requests for transcriptions; everything else passes untouched. */
import * as z from 'zod'
import type { ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import type { FormFile } from '#lib/formats/form-body.ts'
import { modelName, problemOf, tokensOfText } from '#lib/formats/openai/fields.ts'
import { audioLengthOf } from '#lib/formats/openai/transcriptions/audio-length.ts'

const transcription = z.looseObject({
  model: modelName,
  file: z.custom<FormFile>(
    (value) => Buffer.isBuffer((value as FormFile | undefined)?.bytes),
    'Send the sound as a file.',
  ),
  prompt: z.string().optional(),
  stream: z.enum(['true', 'false', 'True', 'False', '']).optional(),
  response_format: z.string().max(64).optional(),
})

/** Fields that decide what a call does and costs: each may be said once. */
export const decidingFields = ['model', 'file', 'prompt', 'stream', 'response_format']

/** 100 ms of sound are a token, in the finest case 50 ms (OpenAI's guide to the costs of its Realtime API). */
const usualAudioTokens = 10
const mostAudioTokens = 20
/** Of the transcript, a second. 150 words a minute are 3 or 4; the most is an assumption, with some for its frame. */
const usualTextTokens = 4
const mostTextTokens = 25
const frameTokens = 100

export function parseTranscription(body: unknown): ParsedRequest | ParseProblem {
  const parsed = transcription.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const { model, file, prompt, stream } = parsed.data
  const { mostSeconds, likelySeconds, exact } = audioLengthOf(file.bytes)
  const promptTokens = tokensOfText(prompt ?? '')
  // Seconds are billed as whole ones.
  const seconds = Math.ceil(likelySeconds)
  return {
    model,
    stream: stream?.toLowerCase() === 'true',
    outputMaximum: 0,
    choices: 1,
    promptTokensEstimate: promptTokens,
    tokensBeyondBytes: 0,
    promptBytes: textBytes(parsed.data),
    media: {
      most: {
        seconds: Math.ceil(mostSeconds),
        audio_input: Math.ceil(mostSeconds * mostAudioTokens),
        output: Math.ceil(mostSeconds * mostTextTokens) + frameTokens,
      },
      likely: {
        seconds,
        input: promptTokens,
        audio_input: Math.ceil(likelySeconds * usualAudioTokens),
        output: Math.ceil(likelySeconds * usualTextTokens),
      },
      exact: exact ? ['seconds'] : [],
      how: exact
        ? 'tokens are counted from the length of the sound'
        : 'the length of the sound is counted from the size of its file, at 64 kbit/s',
    },
    wantsStreamUsage: true,
  }
}

/** Of all fields but the file. */
function textBytes(fields: Readonly<Record<string, unknown>>): number {
  let bytes = 0
  for (const value of Object.values(fields).flat()) if (typeof value === 'string') bytes += Buffer.byteLength(value)
  return bytes
}
