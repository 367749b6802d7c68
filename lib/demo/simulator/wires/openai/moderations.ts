import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import { planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import { readSteering } from '#lib/demo/simulator/rules/steering.ts'
import type { CallRead } from '#lib/demo/simulator/wire.ts'
import { InvalidRequest, readModel, readRequest } from '#lib/demo/simulator/wires/openai/request.ts'

const DEFAULT_MODEL = 'omni-moderation-latest'

/**
 * `POST /moderations`: nothing is ever flagged, and nothing is billed. The last text may begin with `@sim`. Texts have
 * one result each; text and pictures given as parts are one input with one result.
 */
export function readModeration(request: unknown): CallRead {
  return readRequest(request, (members) => {
    const model = readModel({ model: members.model ?? DEFAULT_MODEL })
    const { texts, results, hasImage } = readInput(members)
    const { steering } = readSteering(texts.at(-1) ?? '')
    const nothing = { ...steering, in: 0 }
    const generation = planGeneration({ steering: nothing, promptTokens: 0, choices: 1, maximum: 0 })
    const result = JSON.stringify(unflagged(hasImage))
    const body = ({ id }: { readonly id: string }) =>
      `{"id":"modr-${id}","model":${JSON.stringify(model)},"results":[${Array<string>(results).fill(result).join(',')}]}`
    return { kind: 'answer', answer: { model, steering, generation, body, script: null } }
  })
}

type Input = { readonly texts: readonly string[]; readonly results: number; readonly hasImage: boolean }

function readInput({ input }: Members): Input {
  if (typeof input === 'string') return { texts: [input], results: 1, hasImage: false }
  if (Array.isArray(input) && input.length > 0) {
    if (input.every((text) => typeof text === 'string')) return { texts: input, results: input.length, hasImage: false }
    if (input.every(isPart)) {
      const texts = input.map(({ text }) => text).filter((text) => typeof text === 'string')
      return { texts, results: 1, hasImage: input.some(({ type }) => type === 'image_url') }
    }
  }
  throw new InvalidRequest({ message: "'input' must be a text, texts, or parts of text and pictures.", param: 'input' })
}

function isPart(part: unknown): part is Members {
  if (!isObject(part)) return false
  return part.type === 'text' ? typeof part.text === 'string' : part.type === 'image_url' && isObject(part.image_url)
}

const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
]
const OF_IMAGES = new Set(CATEGORIES.filter((name) => /^(self-harm|sexual$|violence)/.test(name)))

function unflagged(hasImage: boolean): object {
  const each = <T>(valueOf: (name: string) => T) => Object.fromEntries(CATEGORIES.map((name) => [name, valueOf(name)]))
  return {
    flagged: false,
    categories: each(() => false),
    category_scores: each(() => 0.000_001),
    category_applied_input_types: each((name) => (hasImage && OF_IMAGES.has(name) ? ['text', 'image'] : ['text'])),
  }
}
