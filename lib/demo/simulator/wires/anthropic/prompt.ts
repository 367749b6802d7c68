import type { Members } from '#lib/demo/simulator/rules/members.ts'
import { promptTokensOf } from '#lib/demo/simulator/rules/prompt-tokens.ts'
import { readSteering, type Steering } from '#lib/demo/simulator/rules/steering.ts'
import { type Content, firstText, readContent, textBytesOf } from '#lib/demo/simulator/wires/anthropic/content.ts'
import {
  InvalidRequest,
  RefusedRequest,
  requireObject,
  requirePresence,
  requireText,
} from '#lib/demo/simulator/wires/anthropic/request.ts'

export type Message = { readonly role: 'user' | 'assistant' | 'system'; readonly content: Content }

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

function readConversation(members: Members): readonly Message[] {
  const { messages } = members
  requirePresence(messages, 'messages')
  if (!Array.isArray(messages)) throw new InvalidRequest('messages', 'Expected a list')
  if (messages.length === 0) throw new InvalidRequest('messages', 'Expected at least one message')
  const read = messages.map((message, index) => readMessage(message, index, index === messages.length - 1))
  refuseMisplaced(read, String(members.model))
  return read
}

/**
 * Instructions in the midst of a conversation: newer models take them, without a beta header, after a user's turn and
 * before the assistant's. In Anthropic's words, by which Claude Code knows to send them otherwise.
 * https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
 */
function refuseMisplaced(messages: readonly Message[], model: string): void {
  for (const [index, { role }] of messages.entries()) {
    if (role !== 'system') continue
    if (olderModel.test(model)) throw new RefusedRequest("role 'system' is not supported on this model")
    if (index === 0) {
      throw new InvalidRequest('messages.0', "use the top-level 'system' parameter for the initial system prompt")
    }
    const [before, after] = [messages[index - 1]!.role, messages[index + 1]?.role ?? 'assistant']
    if (before !== 'user') throw new InvalidRequest(`messages.${index}`, "role 'system' must follow a 'user' message")
    if (after !== 'assistant') {
      throw new InvalidRequest(`messages.${index}`, "role 'system' must be last or precede an 'assistant' message")
    }
  }
}

/** Claude up to Opus 4.7, under any cloud's name for it. */
const olderModel = /claude-(instant|2|3)|claude-(opus|sonnet|haiku)-4(?!-[89]|-\d\d(?!\d))/

function readMessage(value: unknown, index: number, isLast: boolean): Message {
  const path = `messages.${index}`
  const message = requireObject(value, path)
  const role = requireText(message.role, `${path}.role`)
  if (role !== 'user' && role !== 'assistant' && role !== 'system')
    throw new InvalidRequest(`${path}.role`, "Expected 'user', 'assistant' or 'system'")
  const content = readContent(message.content, `${path}.content`, role === 'system' ? ['text'] : undefined)
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
