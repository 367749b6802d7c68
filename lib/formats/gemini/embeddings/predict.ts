/**
 * Embeddings at Vertex AI, where they are predictions
 * (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api).
 */
import * as z from 'zod'
import type { AnswerReader } from '#lib/formats/contract.ts'
import { dimensionsOfAll, type EmbeddingProvider } from '#lib/formats/embeddings/neutral.ts'
import { readError } from '#lib/formats/gemini/exchange/errors.ts'
import { NotCarried } from '#lib/formats/neutral.ts'

const mostTexts = 250

/** The models that are called after Gemini take their texts one by one. */
function mostTextsOf(model: string): number {
  return /(?:^|\/)gemini-embedding/.test(model) ? 1 : mostTexts
}

const count = z.number().int().nonnegative().max(1_000_000_000)

const answer = z.object({
  predictions: z
    .array(
      z.object({
        embeddings: z.object({
          values: z.array(z.number()).min(1),
          statistics: z.object({ token_count: count.nullish() }).nullish(),
        }),
      }),
    )
    .min(1),
})

export const predictProvider: EmbeddingProvider = {
  writeRequest({ inputs }, { model }) {
    const most = mostTextsOf(model)
    const tooMany = inputs[most]
    if (tooMany) throw new NotCarried(tooMany.at, `it takes at most ${most} ${most === 1 ? 'text' : 'texts'} a call`)
    const dimensions = dimensionsOfAll(inputs)
    const instances = inputs.map(({ text, taskType, title }) => ({
      content: text,
      ...(taskType ? { task_type: taskType.value } : {}),
      ...(title ? { title: title.value } : {}),
    }))
    const parameters = dimensions === null ? {} : { parameters: { outputDimensionality: dimensions } }
    return { body: { instances, ...parameters }, leftOut: [] }
  },
  readAnswer(body) {
    const parsed = answer.safeParse(body)
    if (!parsed.success) return null
    const { predictions } = parsed.data
    const counts = predictions.map(({ embeddings }) => embeddings.statistics?.token_count)
    const isTold = counts.every((one) => one != null)
    return {
      vectors: predictions.map(({ embeddings }) => embeddings.values),
      tokens: isTold ? { input: counts.reduce((sum: number, one) => sum + one!, 0) } : null,
      model: null,
    }
  },
  readError,
}

/** A count and what is around it are no longer. */
const overlap = 64
const tokenCounts = /"token_count"\s*:\s*(\d{1,9})(?:\.0+)?\s*[,}]/g

/** Each prediction tells its own count, wherever in the answer it stands. */
export function predictAnswer(): AnswerReader {
  let rest = ''
  let input: number | null = null
  let ended = false

  function read(text: string): void {
    let last = 0
    for (const match of text.matchAll(tokenCounts)) {
      input = (input ?? 0) + Number(match[1])
      last = match.index + match[0].length
    }
    rest = text.slice(Math.max(last, text.length - overlap))
  }

  return {
    push(chunk) {
      read(rest + chunk.toString('latin1'))
      return chunk
    },
    end() {
      ended = true
      return Buffer.alloc(0)
    },
    reading: () => ({
      tokens: ended && input !== null ? { input } : null,
      promptTokens: null,
      outputSeen: 0,
      modelServed: null,
      complete: ended,
    }),
  }
}
