import { BYTES_PER_TOKEN } from '#lib/demo/simulator/rules/answer-text.ts'
import { embeddingVector } from '#lib/demo/simulator/rules/embedding-vector.ts'
import type { CallRead } from '#lib/demo/simulator/wire.ts'
import {
  type Content,
  isText,
  readContent,
  steeringOf,
  textBytesOf,
} from '#lib/demo/simulator/wires/gemini/contents.ts'
import { planGemini } from '#lib/demo/simulator/wires/gemini/plan.ts'
import {
  fieldNames,
  type Fields,
  InvalidArgument,
  readFields,
  readInteger,
  readList,
  readRequest,
  readRequiredText,
  readText,
  within,
} from '#lib/demo/simulator/wires/gemini/request.ts'

const EMBED_REQUEST = fieldNames('model', 'content', 'taskType', 'title', 'outputDimensionality')
const BATCH_REQUEST = fieldNames('model', 'requests')
const MAX_REQUESTS = 100
const MAX_DIMENSIONS = 3072

/** `:embedContent`. */
export function readEmbedContent(request: unknown, model: string): CallRead {
  return readRequest(model, () => {
    const input = readInput(readFields(request, '', EMBED_REQUEST), '', model)
    return answerWith(model, [input], ([embedding]) => `{"embedding":${embedding}}`)
  })
}

/** `:batchEmbedContents`. Each request of the batch names the model of the address again. */
export function readBatchEmbedContents(request: unknown, model: string): CallRead {
  return readRequest(model, () => {
    const requests = readList(readFields(request, '', BATCH_REQUEST), 'requests', '')
    if (requests.length === 0 || requests.length > MAX_REQUESTS) {
      throw new InvalidArgument(`requests must be a list of 1 to ${MAX_REQUESTS}.`)
    }
    const inputs = requests.map((one, i) => {
      const at = `requests[${i}]`
      const fields = readFields(one, at, EMBED_REQUEST)
      readRequiredText(fields, 'model', at)
      return readInput(fields, at, model)
    })
    return answerWith(model, inputs, (embeddings) => `{"embeddings":[${embeddings.join(',')}]}`)
  })
}

type Input = { readonly content: Content; readonly dimensions: number }

function readInput(fields: Fields, at: string, model: string): Input {
  const named = readText(fields, 'model', at) || null
  if (named !== null && named !== `models/${model}`) {
    throw new InvalidArgument(`${within(at, 'model')} must be models/${model}, the model of the address.`)
  }
  if (fields.content == null) throw new InvalidArgument(`${within(at, 'content')} is missing.`)
  const content = readContent(fields.content, within(at, 'content'))
  if (!content.parts.every(isText) || textBytesOf(content) === 0) {
    throw new InvalidArgument(`${within(at, 'content')} must have parts of text, and some text in them.`)
  }
  const dimensions = readInteger(fields, 'outputDimensionality', at, [1, MAX_DIMENSIONS])
  return { content, dimensions: dimensions ?? usualDimensions(model) }
}

/** The last input may begin with `@sim`. What a turn weighs beside its text does not apply to embeddings. */
function answerWith(
  model: string,
  inputs: readonly Input[],
  body: (embeddings: readonly string[]) => string,
): CallRead {
  const last = inputs.slice(-1).map(({ content }) => ({ ...content, role: 'user' as const }))
  const { steering, optionBytes } = steeringOf(last)
  const tokensOf = (textBytes: number) => Math.ceil(textBytes / BYTES_PER_TOKEN)
  const promptTokens = inputs.reduce(
    (sum, { content }, i) => sum + tokensOf(textBytesOf(content) - (i === inputs.length - 1 ? optionBytes : 0)),
    0,
  )
  const generation = planGemini({ steering, promptTokens, choices: 1, maximum: 0 })
  const embeddings = () =>
    inputs.map(({ content, dimensions }, i) => {
      const text = Buffer.from(content.parts.map(({ text }) => text).join(''))
      const options = i === inputs.length - 1 ? optionBytes : 0
      return `{"values":[${embeddingVector(text.subarray(options).toString(), dimensions).join(',')}]}`
    })
  return {
    kind: 'answer',
    answer: { model, steering, generation, body: () => body(embeddings()), script: null },
  }
}

function usualDimensions(model: string): number {
  return model.startsWith('gemini-embedding') ? 3072 : 768
}
