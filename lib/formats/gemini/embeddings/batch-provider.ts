/** Gemini's batchEmbedContents as its provider speaks it: it takes one text as well as many. */
import * as z from 'zod'
import type { EmbeddingProvider } from '#lib/formats/embeddings/neutral.ts'
import { readError } from '#lib/formats/gemini/exchange/errors.ts'
import { tokensOf } from '#lib/formats/gemini/usage.ts'
import { NotCarried } from '#lib/formats/neutral.ts'

/** https://ai.google.dev/api/embeddings */
const mostTexts = 100

const answer = z.object({
  embeddings: z.array(z.object({ values: z.array(z.number()).min(1) })).min(1),
  usageMetadata: z.unknown().optional(),
})

export const batchEmbedContentsProvider: EmbeddingProvider = {
  writeRequest({ inputs }, { model }) {
    const tooMany = inputs[mostTexts]
    if (tooMany) throw new NotCarried(tooMany.at, `it takes at most ${mostTexts} texts a call`)
    const requests = inputs.map(({ text, taskType, title, dimensions }) => ({
      model: `models/${model}`,
      content: { parts: [{ text }] },
      ...(taskType ? { taskType: taskType.value } : {}),
      ...(title ? { title: title.value } : {}),
      ...(dimensions ? { outputDimensionality: dimensions.value } : {}),
    }))
    return { body: { requests }, leftOut: [] }
  },
  readAnswer(body) {
    const parsed = answer.safeParse(body)
    if (!parsed.success) return null
    const { embeddings, usageMetadata } = parsed.data
    return { vectors: embeddings.map(({ values }) => values), tokens: tokensOf(usageMetadata), model: null }
  },
  readError,
}
