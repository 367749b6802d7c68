/** What a Converse request asks for. */
import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import { promptTokensOf } from '#lib/demo/simulator/rules/prompt-tokens.ts'
import { sampleValue } from '#lib/demo/simulator/rules/sample-value.ts'
import { readSteering, type Steering } from '#lib/demo/simulator/rules/steering.ts'
import type { ToolUse } from '#lib/demo/simulator/rules/tool-use.ts'
import { InvalidRequest, requireObject, requireText } from '#lib/demo/simulator/wires/anthropic/request.ts'

export type Conversation = {
  readonly steering: Steering
  readonly promptTokens: number
  readonly maximum: number | null
  /** What the answer calls, if anything. */
  readonly tool: ToolUse | null
  readonly ttl: '5m' | '1h'
}

/** A block is an object of one member, which says what it is. */
const BLOCKS = [
  'text',
  'image',
  'document',
  'video',
  'audio',
  'toolUse',
  'toolResult',
  'guardContent',
  'cachePoint',
  'reasoningContent',
  'citationsContent',
  'searchResult',
]

type Message = { readonly role: 'user' | 'assistant'; readonly content: readonly Members[] }

export function readConversation(request: unknown): Conversation {
  const members = requireObject(request, 'body')
  const messages = listOf(members.messages, 'messages').map(readMessage)
  if (messages[0]?.role !== 'user')
    throw new InvalidRequest('messages', 'A conversation must start with a user message')
  const system = listOf(members.system ?? [], 'system').map((block, i) => requireObject(block, `system.${i}`))
  const asked = messages.findLast(({ role, content }) => role === 'user' && firstText(content) !== '')
  const text = asked ? firstText(asked.content) : ''
  const { steering, textStart } = readSteering(text)
  const blocks = messages.flatMap(({ content }) => content)
  const bytes = textBytesOf([...system, ...blocks]) - Buffer.byteLength(text.slice(0, textStart))
  return {
    steering,
    promptTokens: promptTokensOf(bytes, messages.length + (system.length > 0 ? 1 : 0)),
    maximum: readMaximum(members.inferenceConfig),
    tool: chooseTool(members.toolConfig, messages, steering),
    ttl: [...system, ...blocks].some(({ cachePoint }) => isObject(cachePoint) && cachePoint.ttl === '1h') ? '1h' : '5m',
  }
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new InvalidRequest(path, 'Expected a list')
}

function readMessage(value: unknown, index: number): Message {
  const path = `messages.${index}`
  const message = requireObject(value, path)
  const role = requireText(message.role, `${path}.role`)
  if (role !== 'user' && role !== 'assistant') throw new InvalidRequest(`${path}.role`, 'Expected user or assistant')
  const content = listOf(message.content, `${path}.content`).map((block, i) => readBlock(block, `${path}.content.${i}`))
  if (content.length === 0) throw new InvalidRequest(`${path}.content`, 'Expected content')
  return { role, content }
}

function readBlock(value: unknown, path: string): Members {
  const block = requireObject(value, path)
  const [name = '', ...others] = Object.keys(block)
  if (!BLOCKS.includes(name) || others.length > 0)
    throw new InvalidRequest(path, `Expected one of ${BLOCKS.join(', ')}`)
  if (name !== 'text') requireObject(block[name], `${path}.${name}`)
  else if (requireText(block.text, `${path}.text`).trim() === '')
    throw new InvalidRequest(`${path}.text`, 'The text is blank')
  return block
}

function readMaximum(config: unknown): number | null {
  const maximum = config === undefined ? undefined : requireObject(config, 'inferenceConfig').maxTokens
  if (maximum === undefined) return null
  if (typeof maximum === 'number' && Number.isInteger(maximum) && maximum >= 1) return maximum
  throw new InvalidRequest('inferenceConfig.maxTokens', 'Expected an integer of 1 or more')
}

function firstText(content: readonly Members[]): string {
  return content.map(({ text }) => text).find((text) => typeof text === 'string') ?? ''
}

/** Their own text, and what tools have answered. */
function textBytesOf(blocks: readonly Members[]): number {
  let bytes = 0
  for (const { text, toolResult } of blocks) {
    if (typeof text === 'string') bytes += Buffer.byteLength(text)
    if (!isObject(toolResult) || !Array.isArray(toolResult.content)) continue
    bytes += textBytesOf(toolResult.content.filter(isObject))
    for (const { json } of toolResult.content.filter(isObject)) {
      if (json !== undefined) bytes += Buffer.byteLength(JSON.stringify(json))
    }
  }
  return bytes
}

/** As on Anthropic's wire: a choice is obeyed, and with `auto` the model calls once where `@sim tool` says so. */
function chooseTool(config: unknown, messages: readonly Message[], steering: Steering): ToolUse | null {
  if (config === undefined) return null
  const { tools, toolChoice = { auto: {} } } = requireObject(config, 'toolConfig')
  const specs = listOf(tools, 'toolConfig.tools')
    .map((tool) => (isObject(tool) ? tool.toolSpec : null))
    .filter(isObject)
  const first = specs[0]
  const choice = requireObject(toolChoice, 'toolConfig.toolChoice')
  const isForced = 'any' in choice || 'tool' in choice
  const hasAnswered = messages.at(-1)?.content.some(({ toolResult }) => toolResult !== undefined) ?? false
  if (!first || (!isForced && (steering.tool === null || hasAnswered))) return null
  const wanted = isObject(choice.tool) ? choice.tool.name : steering.tool
  const { name, inputSchema } = specs.find((spec) => spec.name === wanted) ?? first
  const schema = isObject(inputSchema) ? inputSchema.json : {}
  return { name: String(name), arguments: JSON.stringify(sampleValue(schema)) }
}
