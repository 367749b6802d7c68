import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { CallRead } from '#lib/demo/simulator/wire.ts'
import { readPrompt } from '#lib/demo/simulator/wires/anthropic/prompt.ts'
import { readModel, readRequest } from '#lib/demo/simulator/wires/anthropic/request.ts'

/** Counting is free. */
const NOTHING: Generation = {
  choices: 1,
  prompt: 0,
  cached: 0,
  cacheWrite: 0,
  reasoning: 0,
  visible: 0,
  withheld: 0,
}

/**
 * `POST /v1/messages/count_tokens`: the prompt tokens that the message would be billed for. It is steered, so
 * that it can fail and be late, and in the journal, so that its headers can be seen.
 */
export function readCountTokens(request: unknown, id: string): CallRead {
  return readRequest(request, id, (members) => {
    const model = readModel(members)
    const { steering, promptTokens } = readPrompt(members)
    const body = () => `{"input_tokens":${steering.in ?? promptTokens}}`
    return { kind: 'answer', answer: { model, steering, generation: NOTHING, body, script: null } }
  })
}
