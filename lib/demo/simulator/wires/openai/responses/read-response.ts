/** `POST /responses`: what the request asks for. */
import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import { planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { CallRead } from '#lib/demo/simulator/wire.ts'
import {
  InvalidRequest,
  readFlag,
  readInteger,
  readModel,
  readRequest,
} from '#lib/demo/simulator/wires/openai/request.ts'
import { type Asked, finalResponse } from '#lib/demo/simulator/wires/openai/responses/answer.ts'
import { readPrompt } from '#lib/demo/simulator/wires/openai/responses/prompt.ts'
import { responseScript } from '#lib/demo/simulator/wires/openai/responses/script.ts'
import { chooseTool, flatTool, formedText } from '#lib/demo/simulator/wires/openai/tools.ts'

export function readResponse(request: unknown): CallRead {
  return readRequest(request, (members) => {
    const model = readModel(members)
    const prompt = readPrompt(members)
    const isStream = readFlag(members, 'stream')
    refuseBackground(members)
    const generation = planGeneration({
      steering: prompt.steering,
      promptTokens: prompt.tokens,
      choices: 1,
      maximum: readInteger(members, 'max_output_tokens', [1, Number.MAX_SAFE_INTEGER]),
    })
    const asked: Asked = {
      model,
      request: members,
      steering: prompt.steering,
      generation,
      tool: chooseTool(members, prompt.hasToolAnswered, prompt.steering, flatTool),
      formed: isObject(members.text) ? formedText(members.text.format) : null,
      showsSummary: isObject(members.reasoning) && members.reasoning.summary != null,
      encryptsReasoning: Array.isArray(members.include) && members.include.includes('reasoning.encrypted_content'),
    }
    return {
      kind: 'answer',
      answer: {
        model,
        steering: prompt.steering,
        generation,
        body: (identity) => JSON.stringify(finalResponse(asked, identity)),
        script: isStream ? (identity) => responseScript(asked, identity) : null,
      },
    }
  })
}

/** Its answer would come before there is one, and be fetched from where nothing is kept. */
function refuseBackground(members: Members): void {
  if (!readFlag(members, 'background')) return
  throw new InvalidRequest({ message: "'background' is not simulated.", param: 'background' })
}
