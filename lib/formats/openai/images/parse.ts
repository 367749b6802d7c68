/** Reads what the gateway must know of requests for images; everything else passes untouched. */
import * as z from 'zod'
import type { ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { tokensOfPicture, type PictureWish } from '#lib/formats/openai/images/picture-tokens.ts'
import { modelName, problemOf, tokensOfText } from '#lib/formats/openai/fields.ts'

const image = z.looseObject({
  model: modelName,
  prompt: z.string().min(1),
  n: z.int().min(1).max(10).nullish(),
  size: z.string().max(32).nullish(),
  quality: z.string().max(32).nullish(),
  stream: z.boolean().nullish(),
  partial_images: z.int().min(0).max(3).nullish(),
  output_format: z.string().max(32).nullish(),
  frame_count: z.int().min(2).max(16).nullish(),
  svg: z.null('is not supported: another model would draw, which this one’s price does not cover.').optional(),
})

export function parseImage(body: unknown): ParsedRequest | ParseProblem {
  const parsed = image.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const request = parsed.data
  if (request.output_format?.toLowerCase() === 'svg') {
    const param = 'output_format'
    return {
      problem: `${param}: svg is not supported: another model would draw, which this one’s price does not cover.`,
      param,
    }
  }
  const images = request.n ?? 1
  const wish: PictureWish = {
    size: request.size ?? 'auto',
    quality: request.quality ?? 'auto',
    partials: request.partial_images ?? 0,
    frames: request.output_format?.toLowerCase() === 'gif' ? (request.frame_count ?? framesUnsaid) : 1,
  }
  const each = tokensOfPicture(wish)
  const promptTokens = tokensOfText(request.prompt)
  return {
    model: request.model,
    stream: request.stream === true,
    outputMaximum: 0,
    choices: 1,
    promptTokensEstimate: promptTokens,
    tokensBeyondBytes: 0,
    media: {
      most: { images, image_output: images * each, output: images * plannedTokens },
      likely: { images, input: promptTokens, image_output: images * each },
      exact: [],
      how: 'as many images as were asked for, each of the most tokens for its size and quality',
    },
    wantsStreamUsage: true,
  }
}

/** OpenAI's default for a GIF. */
const framesUnsaid = 9

/** The most text that a model writes while it plans one picture: an assumption, OpenAI names no maximum. */
const plannedTokens = 1024
