/**
 * `POST /chat/completions`: what the request asks for, and OpenAI's bodies and events for the answer.
 *
 * Bodies are put together from strings and not by JSON.stringify, which would cost more than the rest of the
 * call. Only the model's and the tools' names need escaping, and JSON that was asked for; the answer's own text has
 * nothing to escape.
 */
import { answerText, wideAnswerText } from '#lib/demo/simulator/rules/answer-text.ts'
import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import { type Generation, planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import { promptTokensOf } from '#lib/demo/simulator/rules/prompt-tokens.ts'
import { readSteering, type Steering } from '#lib/demo/simulator/rules/steering.ts'
import { argumentsText, escaped, spreadText, type ToolUse } from '#lib/demo/simulator/rules/tool-use.ts'
import type { CallIdentity, CallRead, StreamScript } from '#lib/demo/simulator/wire.ts'
import {
  InvalidRequest,
  readFlag,
  readIncludeUsage,
  readInteger,
  readModel,
  readRequest,
} from '#lib/demo/simulator/wires/openai/request.ts'
import { usageOf } from '#lib/demo/simulator/wires/openai/usage.ts'
import { chooseTool, formedText, nestedTool } from '#lib/demo/simulator/wires/openai/tools.ts'

const MAX_CHOICES = 128

export function readChat(request: unknown): CallRead {
  return readRequest(request, (members) => {
    const model = readModel(members)
    const messages = readMessages(members)
    const isStream = readFlag(members, 'stream')
    const includesUsage = readIncludeUsage(members, isStream)
    const { steering, promptTokens } = readPrompt(messages)
    const generation = planGeneration({
      steering,
      promptTokens,
      choices: readInteger(members, 'n', [1, MAX_CHOICES]) ?? 1,
      maximum: readMaximum(members),
    })
    const hasToolAnswered = messages.at(-1)?.role === 'tool'
    const chat: Chat = {
      model,
      steering,
      generation,
      includesUsage,
      tool: chooseTool(members, hasToolAnswered, steering, nestedTool),
      formed: formedText(members.response_format),
    }
    return {
      kind: 'answer',
      answer: {
        model,
        steering,
        generation,
        body: (identity) => completionBody(chat, identity),
        script: isStream ? (identity) => completionScript(chat, identity) : null,
      },
    }
  })
}

type Chat = {
  readonly model: string
  readonly steering: Steering
  readonly generation: Generation
  readonly includesUsage: boolean
  readonly tool: ToolUse | null
  /** The JSON that the caller wants as the answer. */
  readonly formed: string | null
}

function readMessages({ messages }: Members): readonly Members[] {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new InvalidRequest({ message: "'messages' must be an array with at least one message.", param: 'messages' })
  }
  const wrong = messages.findIndex((message) => !isObject(message) || typeof message.role !== 'string')
  if (wrong === -1) return messages
  throw new InvalidRequest({
    message: `Invalid 'messages[${wrong}]': expected an object with a role.`,
    param: `messages[${wrong}]`,
    code: 'invalid_type',
  })
}

function readMaximum(members: Members): number | null {
  const range = [1, Number.MAX_SAFE_INTEGER] as const
  const current = readInteger(members, 'max_completion_tokens', range)
  return current ?? readInteger(members, 'max_tokens', range)
}

function readPrompt(messages: readonly Members[]): { steering: Steering; promptTokens: number } {
  const lastUser = messages.findLast((message) => message.role === 'user')
  const steeringText = lastUser ? firstText(lastUser.content) : ''
  const { steering, textStart } = readSteering(steeringText)
  let textBytes = textStart === 0 ? 0 : -Buffer.byteLength(steeringText.slice(0, textStart))
  for (const message of messages) textBytes += bytesOf(message.content)
  return { steering, promptTokens: promptTokensOf(textBytes, messages.length) }
}

function bytesOf(content: unknown): number {
  if (typeof content === 'string') return Buffer.byteLength(content)
  if (!Array.isArray(content)) return 0
  return content.reduce((sum: number, part: unknown) => sum + Buffer.byteLength(textOfPart(part)), 0)
}

function firstText(content: unknown): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? (content.map(textOfPart).find((text) => text !== '') ?? '') : ''
}

function textOfPart(part: unknown): string {
  return isObject(part) && typeof part.text === 'string' ? part.text : ''
}

function completionBody(chat: Chat, { id, createdSeconds }: CallIdentity): string {
  const { visible, choices } = chat.generation
  const finish = finishReason(chat)
  let list = ''
  for (let choice = 0; choice < choices; choice++) {
    const message = chat.tool
      ? `"content":null,"refusal":null,"tool_calls":[${toolCall(chat.tool, toolCallId(id, choice), argumentsText(chat.tool, chat.generation, 0, visible))}]`
      : `"content":"${textOf(chat, choice, 0, visible)}","refusal":null`
    if (choice > 0) list += ','
    list += `{"index":${choice},"message":{"role":"assistant",${message},"annotations":[]},"logprobs":null,"finish_reason":"${finish}"}`
  }
  const usage = chat.steering.usage === 'none' ? '' : `,"usage":${usageOf(chat.generation)}`
  return `{"id":"chatcmpl-${id}","object":"chat.completion","created":${createdSeconds},"model":${JSON.stringify(chat.model)},"choices":[${list}]${usage},"service_tier":"default","system_fingerprint":"fp_simulator"}`
}

function completionScript(chat: Chat, { id, createdSeconds }: CallIdentity): StreamScript {
  const head = `data: {"id":"chatcmpl-${id}","object":"chat.completion.chunk","created":${createdSeconds},"model":${JSON.stringify(chat.model)},"service_tier":"default","system_fingerprint":"fp_simulator","choices":[`
  const tail = chat.includesUsage ? '],"usage":null}\n\n' : ']}\n\n'
  const { choices } = chat.generation
  const finish = `"${finishReason(chat)}"`

  /** One event for each choice. */
  function eachChoice(deltaOf: (choice: number) => string, reason: string): string {
    let events = ''
    for (let choice = 0; choice < choices; choice++) {
      events += `${head}{"index":${choice},"delta":${deltaOf(choice)},"logprobs":null,"finish_reason":${reason}}${tail}`
    }
    return events
  }

  function opening(choice: number): string {
    if (!chat.tool) return '{"role":"assistant","content":"","refusal":null}'
    const call = toolCall(chat.tool, toolCallId(id, choice), '')
    return `{"role":"assistant","content":null,"tool_calls":[{"index":0,${call.slice(1)}],"refusal":null}`
  }

  function delta(choice: number, from: number, to: number): string {
    if (!chat.tool) return `{"content":"${textOf(chat, choice, from, to)}"}`
    const text = argumentsText(chat.tool, chat.generation, from, to)
    return `{"tool_calls":[{"index":0,"function":{"arguments":"${text}"}}]}`
  }

  const closingUsage = chat.includesUsage && chat.steering.usage !== 'none'
  return {
    open: eachChoice(opening, 'null'),
    events: (from, to) => eachChoice((choice) => delta(choice, from, to), 'null'),
    close: `${eachChoice(() => '{}', finish)}${closingUsage ? `${head}],"usage":${usageOf(chat.generation)}}\n\n` : ''}data: [DONE]\n\n`,
  }
}

function finishReason({ generation, tool }: Chat): string {
  if (generation.withheld > 0) return 'length'
  return tool ? 'tool_calls' : 'stop'
}

function textOf({ steering, generation, formed }: Chat, choice: number, from: number, to: number): string {
  if (formed !== null) return escaped(spreadText(formed, generation, from, to))
  return steering.garbage === 'split' ? wideAnswerText(from, to) : answerText(choice, from, to)
}

function toolCallId(id: string, choice: number): string {
  return choice === 0 ? `call_${id}` : `call_${id}-${choice}`
}

/** `text` is escaped already. */
function toolCall(tool: ToolUse, id: string, text: string): string {
  return `{"id":"${id}","type":"function","function":{"name":${JSON.stringify(tool.name)},"arguments":"${text}"}}`
}
