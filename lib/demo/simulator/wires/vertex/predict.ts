/** `:predict` of the models that embed: instances in, predictions out, each with its own count. */
import { BYTES_PER_TOKEN } from '#lib/demo/simulator/rules/answer-text.ts'
import { embeddingVector } from '#lib/demo/simulator/rules/embedding-vector.ts'
import { readSteering } from '#lib/demo/simulator/rules/steering.ts'
import type { CallRead } from '#lib/demo/simulator/wire.ts'
import { planGemini } from '#lib/demo/simulator/wires/gemini/plan.ts'
import {
  fieldNames,
  InvalidArgument,
  readFields,
  readInteger,
  readList,
  readMessage,
  readRequest,
  readRequiredText,
  readText,
} from '#lib/demo/simulator/wires/gemini/request.ts'

const REQUEST = fieldNames('instances', 'parameters')
const PARAMETERS = fieldNames('outputDimensionality', 'autoTruncate')
const MAX_INSTANCES = 250
const MAX_DIMENSIONS = 3072

/** The last instance may begin with `@sim`; `in` gives it the rest of the tokens. */
export function readPredict(request: unknown, model: string): CallRead {
  return readRequest(model, () => {
    const fields = readFields(request, '', REQUEST)
    const instances = readList(fields, 'instances', '')
    const most = model.startsWith('gemini-embedding') ? 1 : MAX_INSTANCES
    if (instances.length === 0 || instances.length > most) {
      throw new InvalidArgument(`${instances.length} instance(s) is not allowed. Max allowed: ${most}.`)
    }
    const dimensions = readInteger(
      readMessage(fields, 'parameters', '', PARAMETERS),
      'outputDimensionality',
      'parameters',
      [1, MAX_DIMENSIONS],
    )
    const texts = instances.map((instance, i) => readInstance(instance, `instances[${i}]`))
    const { steering, textStart } = readSteering(texts.at(-1)!)
    texts.push(texts.pop()!.slice(textStart))
    const counts = texts.map((text) => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN))
    const promptTokens = counts.reduce((sum, count) => sum + count, 0)
    const generation = planGemini({ steering, promptTokens, choices: 1, maximum: 0 })
    counts.push(counts.pop()! + generation.prompt - promptTokens)
    const length = dimensions ?? (model.startsWith('gemini-embedding') ? 3072 : 768)
    const body = () =>
      JSON.stringify({
        predictions: texts.map((text, i) => ({
          embeddings: {
            ...(steering.usage === 'none' ? {} : { statistics: { truncated: false, token_count: counts[i] } }),
            values: [...embeddingVector(text, length)],
          },
        })),
      })
    return { kind: 'answer', answer: { model, steering, generation, body, script: null } }
  })
}

/** Its fields are the model's, which names them in snake case. */
const INSTANCE = new Map(['content', 'task_type', 'title'].map((name) => [name, name]))

function readInstance(instance: unknown, at: string): string {
  const fields = readFields(instance, at, INSTANCE)
  readText(fields, 'task_type', at)
  readText(fields, 'title', at)
  return readRequiredText(fields, 'content', at)
}
