import { BYTES_PER_TOKEN } from '#lib/demo/simulator/rules/answer-text.ts'
import type { Members } from '#lib/demo/simulator/rules/members.ts'
import { planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import { readSteering } from '#lib/demo/simulator/rules/steering.ts'
import { embeddingVector } from '#lib/demo/simulator/rules/embedding-vector.ts'
import type { CallRead } from '#lib/demo/simulator/wire.ts'
import { InvalidRequest, readInteger, readModel, readRequest } from '#lib/demo/simulator/wires/openai/request.ts'
import { isTokens } from '#lib/demo/simulator/wires/openai/tokens.ts'

const MAX_INPUTS = 2048
const MAX_DIMENSIONS = 3072

/**
 * `POST /embeddings`. The last input may begin with `@sim`. An input's tokens are ceil(bytes ÷ 4), or its
 * length when it comes as tokens; what a chat adds for its messages does not apply.
 */
export function readEmbeddings(request: unknown): CallRead {
  return readRequest(request, (members) => {
    const model = readModel(members)
    const isBase64 = readEncoding(members) === 'base64'
    const dimensions = readInteger(members, 'dimensions', [1, MAX_DIMENSIONS]) ?? usualDimensions(model)
    const inputs = readInputs(members.input)

    const last = inputs.at(-1)
    const { steering, textStart } = readSteering(typeof last === 'string' ? last : '')
    if (typeof last === 'string' && textStart > 0) inputs[inputs.length - 1] = last.slice(textStart)

    const promptTokens = inputs.reduce((sum, input) => sum + tokensOf(input), 0)
    const generation = planGeneration({ steering, promptTokens, choices: 1, maximum: 0 })
    const usage =
      steering.usage === 'none'
        ? ''
        : `,"usage":{"prompt_tokens":${generation.prompt},"total_tokens":${generation.prompt}}`
    const body = () => {
      const rows = inputs.map((input, index) => {
        const vector = embeddingVector(typeof input === 'string' ? input : input.join(' '), dimensions)
        return `{"object":"embedding","index":${index},"embedding":${isBase64 ? base64(vector) : floats(vector)}}`
      })
      return `{"object":"list","data":[${rows.join(',')}],"model":${JSON.stringify(model)}${usage}}`
    }
    return { kind: 'answer', answer: { model, steering, generation, body, script: null } }
  })
}

type Input = string | readonly number[]

function readInputs(input: unknown): Input[] {
  const inputs = Array.isArray(input) && !isTokens(input) ? input : [input]
  if (inputs.length <= MAX_INPUTS && inputs.every(isInput)) return [...inputs]
  throw new InvalidRequest({
    message: `'input' must be a text, an array of tokens, or an array of up to ${MAX_INPUTS} of them, none empty.`,
    param: 'input',
  })
}

function isInput(value: unknown): value is Input {
  return typeof value === 'string' ? value !== '' : isTokens(value)
}

function tokensOf(input: Input): number {
  return typeof input === 'string' ? Math.ceil(Buffer.byteLength(input) / BYTES_PER_TOKEN) : input.length
}

function readEncoding({ encoding_format: encoding }: Members): 'float' | 'base64' {
  const format = encoding ?? 'float'
  if (format === 'float' || format === 'base64') return format
  throw new InvalidRequest({ message: "'encoding_format' must be float or base64.", param: 'encoding_format' })
}

function usualDimensions(model: string): number {
  return model.includes('3-large') ? 3072 : 1536
}

function base64(vector: Float32Array): string {
  return `"${Buffer.from(vector.buffer).toString('base64')}"`
}

function floats(vector: Float32Array): string {
  return `[${vector.join(',')}]`
}
