import { BYTES_PER_TOKEN } from '#lib/demo/simulator/rules/answer-text.ts'
import { type Generation, planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import { readSteering, type Steering } from '#lib/demo/simulator/rules/steering.ts'
import type { CallIdentity, CallRead, StreamScript } from '#lib/demo/simulator/wire.ts'
import {
  InvalidRequest,
  readFlag,
  readInteger,
  readModel,
  readRequest,
} from '#lib/demo/simulator/wires/openai/request.ts'

/**
 * `POST /images/generations`. The prompt may begin with `@sim`. Models with "image" in their name are billed in tokens,
 * `out` of them an image; others by the image, and say nothing of usage.
 */
export function readImages(request: unknown): CallRead {
  return readRequest(request, (members) => {
    const model = readModel(members)
    const { prompt } = members
    if (typeof prompt !== 'string' || prompt === '') {
      throw new InvalidRequest({ message: "'prompt' must be a text that is not empty.", param: 'prompt' })
    }
    const { steering, textStart } = readSteering(prompt)
    const images = readInteger(members, 'n', [1, 10]) ?? 1
    const inTokens = model.includes('image')
    const isStream = inTokens && readFlag(members, 'stream')
    const generation = planGeneration({
      steering: inTokens ? steering : { ...steering, in: 0, out: 0 },
      promptTokens: Math.ceil(Buffer.byteLength(prompt.slice(textStart)) / BYTES_PER_TOKEN),
      choices: images,
      maximum: null,
    })
    const answer: ImageAnswer = {
      images,
      generation,
      steering,
      partials: readInteger(members, 'partial_images', [0, 3]) ?? 0,
      tellsUsage: inTokens && steering.usage !== 'none',
      asUrl: !inTokens && (members.response_format ?? 'url') === 'url',
    }
    return {
      kind: 'answer',
      answer: {
        model,
        steering,
        generation,
        ...(inTokens ? {} : { media: { images } }),
        body: (identity) => imagesBody(answer, identity),
        script: isStream ? (identity) => imagesScript(answer, identity) : null,
      },
    }
  })
}

type ImageAnswer = {
  readonly images: number
  readonly generation: Generation
  readonly steering: Steering
  readonly partials: number
  readonly tellsUsage: boolean
  readonly asUrl: boolean
}

/** One grey pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=='

function imagesBody(
  { images, generation, tellsUsage, asUrl }: ImageAnswer,
  { id, createdSeconds }: CallIdentity,
): string {
  const list = Array.from({ length: images }, (_, i) =>
    asUrl ? `{"url":"http://127.0.0.1/_sim/${id}/${i}.png"}` : `{"b64_json":"${PNG}"}`,
  )
  const usage = tellsUsage ? `,"usage":${usageOf(generation, images)}` : ''
  return `{"created":${createdSeconds},"data":[${list.join(',')}]${usage}}`
}

/** Every image has its partial ones and an event of its own, with its share of the usage: the first has the prompt's. */
function imagesScript(answer: ImageAnswer, { createdSeconds }: CallIdentity): StreamScript {
  const { images, partials, generation, tellsUsage } = answer
  const settings = `"b64_json":"${PNG}","created_at":${createdSeconds},"size":"1024x1024","quality":"high","background":"opaque","output_format":"png"`
  const event = (type: string, rest: string) => `event: ${type}\ndata: {"type":"${type}",${settings}${rest}}\n\n`
  let open = ''
  let close = ''
  for (let image = 0; image < images; image++) {
    for (let i = 0; i < partials; i++) open += event('image_generation.partial_image', `,"partial_image_index":${i}`)
    const share = image === 0 ? generation : { ...generation, prompt: 0 }
    close += event('image_generation.completed', tellsUsage ? `,"usage":${usageOf(share, 1)}` : '')
  }
  return { open, events: () => '', close }
}

function usageOf({ prompt, visible, reasoning }: Generation, images: number): string {
  const output = (visible + reasoning) * images
  return `{"input_tokens":${prompt},"input_tokens_details":{"image_tokens":0,"text_tokens":${prompt}},"output_tokens":${output},"total_tokens":${prompt + output}}`
}
