import { planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { CallRead } from '#lib/demo/simulator/wire.ts'
import { readContents, weighPrompt } from '#lib/demo/simulator/wires/gemini/contents.ts'
import { GENERATE_REQUEST, readSystemInstruction } from '#lib/demo/simulator/wires/gemini/generate-content.ts'
import { fieldNames, InvalidArgument, readFields, readRequest } from '#lib/demo/simulator/wires/gemini/request.ts'

const COUNT_REQUEST = fieldNames('model', 'contents', 'generateContentRequest')

/**
 * `:countTokens`, of contents alone or of a whole request: the prompt tokens that a generation would be billed.
 * Counting is free, so it is a call of no tokens to the journal.
 */
export function readCountTokens(request: unknown, model: string): CallRead {
  return readRequest(model, () => {
    const fields = readFields(request, '', COUNT_REQUEST)
    const hasRequest = fields.generateContentRequest != null
    if (hasRequest && fields.contents != null) {
      throw new InvalidArgument('The request must not have both contents and generateContentRequest.')
    }
    const at = hasRequest ? 'generateContentRequest' : ''
    const counted = hasRequest ? readFields(fields.generateContentRequest, at, GENERATE_REQUEST) : fields
    const { steering, tokens } = weighPrompt(readContents(counted, at), readSystemInstruction(counted, at))
    const free = { ...steering, in: 0, out: 0 }
    const generation = planGeneration({ steering: free, promptTokens: 0, choices: 1, maximum: null })
    const body = () => `{"totalTokens":${steering.in ?? tokens}}`
    return { kind: 'answer', answer: { model, steering, generation, body, script: null } }
  })
}
