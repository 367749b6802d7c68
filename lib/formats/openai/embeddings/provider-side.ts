/** OpenAI's embeddings as its servers, Azure's and all compatible ones speak them. */
import * as z from 'zod'
import {
  dimensionsOfAll,
  type EmbeddingAnswer,
  type EmbeddingProvider,
  type EmbeddingRequest,
} from '#lib/formats/embeddings/neutral.ts'
import { NotCarried, type WriteTarget, type WrittenRequest } from '#lib/formats/neutral.ts'
import { readError } from '#lib/formats/openai/chat/errors.ts'
import { tokensOf } from '#lib/formats/openai/usage.ts'

export const embeddingsProvider: EmbeddingProvider = { writeRequest, readAnswer, readError }

function writeRequest({ inputs }: EmbeddingRequest, { model }: WriteTarget): WrittenRequest {
  for (const { taskType, title } of inputs) {
    const unknown = taskType ?? title
    if (unknown) throw new NotCarried(unknown.at, 'its models make one vector of a text, whatever it is for')
  }
  const dimensions = dimensionsOfAll(inputs)
  const body = {
    model,
    input: inputs.map(({ text }) => text),
    encoding_format: 'float',
    ...(dimensions === null ? {} : { dimensions }),
  }
  return { body, leftOut: [] }
}

const answer = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()) })).min(1),
  model: z.string().nullish(),
  usage: z.unknown().optional(),
})

function readAnswer(body: unknown): EmbeddingAnswer | null {
  const parsed = answer.safeParse(body)
  if (!parsed.success) return null
  const { data, model, usage } = parsed.data
  const vectors = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding)
  return { vectors, tokens: tokensOf(usage), model: model ?? null }
}
