import type { Members } from '#lib/demo/simulator/rules/members.ts'
import { promptTokensOf } from '#lib/demo/simulator/rules/prompt-tokens.ts'
import { readSteering, type Steering } from '#lib/demo/simulator/rules/steering.ts'
import { type Content, firstText, readContent, textBytesOf } from '#lib/demo/simulator/wires/anthropic/content.ts'
import {
  InvalidRequest,
  requireObject,
  requirePresence,
  requireText,
} from '#lib/demo/simulator/wires/anthropic/request.ts'

export type Message = { readonly role: 'user' | 'assistant'; readonly content: Content }

export type Prompt = {
  readonly messages: readonly Message[]
  readonly steering: Steering
  readonly promptTokens: number
}

/** What a message and a count of its tokens have in common. The system prompt counts as a message. */
export function readPrompt(members: Members): Prompt {
  const messages = readConversation(members)
  const system = members.system == null ? null : readContent(members.system, 'system', ['text'])
  const { steering, optionBytes } = readOptions(messages)
  const textBytes = messages.reduce((sum, { content }) => sum + textBytesOf(content), textBytesOf(system))
  const spoken = messages.length + (system === null ? 0 : 1)
  return { messages, steering, promptTokens: promptTokensOf(textBytes - optionBytes, spoken) }
}

function readConversation({ messages }: Members): readonly Message[] {
  requirePresence(messages, 'messages')
  if (!Array.isArray(messages)) throw new InvalidRequest('messages', 'Expected a list')
  if (messages.length === 0) throw new InvalidRequest('messages', 'Expected at least one message')
  return messages.map((message, index) => readMessage(message, index, index === messages.length - 1))
}

function readMessage(value: unknown, index: number, isLast: boolean): Message {
  const path = `messages.${index}`
  const message = requireObject(value, path)
  const role = requireText(message.role, `${path}.role`)
  if (role !== 'user' && role !== 'assistant')
    throw new InvalidRequest(`${path}.role`, "Expected 'user' or 'assistant'")
  const content = readContent(message.content, `${path}.content`)
  // The beginning of an answer that the model is to go on with may be empty, and only that.
  const mayBeEmpty = isLast && role === 'assistant'
  if (content.length === 0 && !mayBeEmpty) throw new InvalidRequest(`${path}.content`, 'Expected content')
  return { role, content }
}

/**
 * A user's messages also hand over what tools have answered. Those without a text of their own are skipped, so
 * that the options of a question hold until it is answered, as they do where tools have a role of their own.
 */
function readOptions(messages: readonly Message[]): { steering: Steering; optionBytes: number } {
  const asked = messages.findLast(({ role, content }) => role === 'user' && firstText(content) !== '')
  const text = asked ? firstText(asked.content) : ''
  const { steering, textStart } = readSteering(text)
  return { steering, optionBytes: textStart === 0 ? 0 : Buffer.byteLength(text.slice(0, textStart)) }
}
