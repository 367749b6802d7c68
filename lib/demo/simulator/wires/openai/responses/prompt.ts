import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import { promptTokensOf } from '#lib/demo/simulator/rules/prompt-tokens.ts'
import { readSteering, type Steering } from '#lib/demo/simulator/rules/steering.ts'
import { InvalidRequest } from '#lib/demo/simulator/wires/openai/request.ts'

export type Prompt = { readonly steering: Steering; readonly tokens: number; readonly hasToolAnswered: boolean }

/** The last user message steers. Instructions and every item weigh what a chat's message does, but for reasoning. */
export function readPrompt(members: Members): Prompt {
  const items = readItems(members)
  const lastUser = items.findLast((item) => item.role === 'user')
  const steeringText = lastUser ? (textsOf(lastUser.content).find((text) => text !== '') ?? '') : ''
  const { steering, textStart } = readSteering(steeringText)
  const weighed = items.filter((item) => item.type !== 'reasoning')
  const texts = weighed.flatMap((item) => [...textsOf(item.content), ...textsOf(item.output)])
  if (typeof members.instructions === 'string') texts.push(members.instructions)
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const messages = weighed.length + (members.instructions == null ? 0 : 1)
  return {
    steering,
    tokens: promptTokensOf(bytes - Buffer.byteLength(steeringText.slice(0, textStart)), messages),
    hasToolAnswered: items.at(-1)?.type === 'function_call_output',
  }
}

function readItems({ input, previous_response_id, conversation, prompt }: Members): readonly Members[] {
  if (typeof input === 'string' && input !== '') return [{ role: 'user', content: input }]
  if (Array.isArray(input) && input.length > 0) {
    const wrong = input.findIndex((item) => !isItem(item))
    if (wrong === -1) return input as Members[]
    throw new InvalidRequest({
      message: `Invalid 'input[${wrong}]': expected an item with a type, or a message with a role.`,
      param: `input[${wrong}]`,
      code: 'invalid_type',
    })
  }
  if (input == null && [previous_response_id, conversation, prompt].some((other) => other != null)) return []
  throw new InvalidRequest({
    message: "One of 'input', 'previous_response_id', 'prompt' or 'conversation' must be provided, none empty.",
    param: 'input',
  })
}

function isItem(item: unknown): boolean {
  return isObject(item) && (typeof item.type === 'string' || typeof item.role === 'string')
}

function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return [content]
  if (!Array.isArray(content)) return []
  return content.filter(isObject).flatMap(({ text }) => (typeof text === 'string' ? [text] : []))
}
