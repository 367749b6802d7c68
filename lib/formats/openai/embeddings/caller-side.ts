/** OpenAI's embeddings as callers speak them. */
import * as z from 'zod'
import { asCarried, known } from '#lib/formats/carried-fields.ts'
import type {
  EmbeddingAnswer,
  EmbeddingCaller,
  EmbeddingInput,
  EmbeddingRequest,
} from '#lib/formats/embeddings/neutral.ts'
import type { AnswerContext } from '#lib/formats/neutral.ts'
import { writeError } from '#lib/formats/openai/chat/errors.ts'

const tokensWhy = 'other providers’ models take texts, and no tokens of OpenAI’s'
const body = known({
  model: z.unknown().optional(),
  input: z.union([z.string(), z.array(z.string(tokensWhy))], tokensWhy),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).nullish(),
  user: z.string().nullish(),
})

export const embeddingsCaller: EmbeddingCaller = { readRequest, writeAnswer, writeError }

function readRequest(request: Readonly<Record<string, unknown>>): EmbeddingRequest {
  const { input, dimensions, user } = asCarried(body, request)
  const length = dimensions == null ? null : { value: dimensions, at: 'dimensions' }
  const inputOf = (text: string, at: string): EmbeddingInput => ({
    text,
    at,
    dimensions: length,
    taskType: null,
    title: null,
  })
  return {
    inputs: typeof input === 'string' ? [inputOf(input, 'input')] : input.map((text, i) => inputOf(text, `input.${i}`)),
    leftOut: user == null ? [] : ['user'],
  }
}

/** Where the provider tells no usage, the caller is told what the gateway has counted. */
function writeAnswer({ vectors, tokens, model }: EmbeddingAnswer, context: AnswerContext): string {
  const prompt = tokens ? (tokens.input ?? 0) : context.promptTokensEstimate
  const encoded = context.asked?.encoding_format === 'base64' ? base64 : (vector: readonly number[]) => vector
  return JSON.stringify({
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encoded(vector) })),
    model: model ?? context.upstreamModel,
    usage: { prompt_tokens: prompt, total_tokens: prompt },
  })
}

/** Floats of four bytes, the lowest first, as OpenAI's clients read them. */
function base64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  vector.forEach((component, i) => bytes.writeFloatLE(component, i * 4))
  return bytes.toString('base64')
}
