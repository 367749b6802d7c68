/** Converse's system texts and messages as parts of the neutral exchange. A block is an object of one member. */
import type { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import { withSignatures, type CallNames } from '#lib/formats/anthropic/messages/read-blocks.ts'
import { readDocument, readImage } from '#lib/formats/bedrock/converse/read-media.ts'
import {
  joinTurns,
  NotCarried,
  type CacheFor,
  type MediaPart,
  type TextPart,
  type ToolResultPart,
  type Turn,
} from '#lib/formats/neutral.ts'

type UserPart = Extract<Turn, { role: 'user' }>['parts'][number]
type AssistantPart = Extract<Turn, { role: 'assistant' }>['parts'][number]

export function readSystem(body: Fields, leftOut: string[]): TextPart[] {
  return readBlocks(body, 'system', readText, leftOut)
}

export function readTurns(body: Fields, leftOut: string[]): Turn[] {
  const names: CallNames = new Map()
  const turns = (body.list('messages') ?? []).map((_, index): Turn => {
    const message = body.item('messages', index)
    const role = message.oneOf('role', ['user', 'assistant'] as const) ?? message.refuse('role', 'it is missing')
    const parts =
      role === 'user'
        ? readBlocks(message, 'content', (block) => readUserBlock(block, names), leftOut)
        : withSignatures(
            readBlocks(message, 'content', (block) => readOwnBlock(block, names), leftOut),
            leftOut,
          )
    message.end()
    return { role, parts } as Turn
  })
  if (turns.at(-1)?.role === 'assistant') {
    throw new NotCarried(`messages.${turns.length - 1}`, 'its model does not continue a turn of the assistant')
  }
  return joinTurns(turns)
}

/** A mark for the cache stands behind what it marks, as a block of its own. */
function readBlocks<T extends { readonly at?: string; readonly cache?: CacheFor }>(
  holder: Fields,
  name: string,
  read: (block: Fields) => T,
  leftOut: string[],
): T[] {
  const parts: T[] = []
  for (const index of (holder.list(name) ?? []).keys()) {
    const block = holder.item(name, index)
    const cache = cacheIn(block)
    const last = parts.at(-1)
    if (!cache) parts.push(read(block))
    else if (last) parts[parts.length - 1] = { ...last, cache }
    else leftOut.push(block.at)
    block.end()
  }
  return parts
}

export function cacheIn(block: Fields): CacheFor | null {
  const point = block.object('cachePoint')
  if (!point) return null
  point.oneOf('type', ['default'])
  const cache = point.oneOf('ttl', ['5m', '1h'] as const) ?? '5m'
  point.end()
  return cache
}

function readText(block: Fields): TextPart {
  const text = block.string('text')
  return text === undefined ? refuseKind(block) : { kind: 'text', at: block.at, text }
}

function readGiven(block: Fields): TextPart | MediaPart {
  const image = block.object('image')
  if (image) return readImage(image, block.at)
  const document = block.object('document')
  return document ? readDocument(document, block.at) : readText(block)
}

function readUserBlock(block: Fields, names: CallNames): UserPart {
  const result = block.object('toolResult')
  return result ? readResult(result, block.at, names) : readGiven(block)
}

function readResult(result: Fields, at: string, names: CallNames): ToolResultPart {
  const id = result.text('toolUseId')
  result.only('type', [], 'tools of this kind run at Bedrock')
  const content = (result.list('content') ?? []).map((_, index) => {
    const block = result.item('content', index)
    const json = block.get('json')
    const part = json === undefined ? readGiven(block) : textPart(block.at, JSON.stringify(json))
    block.end()
    return part
  })
  const failed = result.oneOf('status', ['success', 'error'] as const) === 'error'
  result.end()
  return { kind: 'tool result', at, id, name: names.get(id) ?? null, content, failed }
}

function textPart(at: string, text: string): TextPart {
  return { kind: 'text', at, text }
}

function readOwnBlock(block: Fields, names: CallNames): AssistantPart {
  const reasoning = block.object('reasoningContent')
  if (reasoning) return readReasoning(reasoning, block.at)
  const use = block.object('toolUse')
  return use ? readToolUse(use, block.at, names) : readText(block)
}

function readReasoning(reasoning: Fields, at: string): AssistantPart {
  const hidden = reasoning.string('redactedContent')
  const thought = reasoning.object('reasoningText')
  reasoning.end()
  // Written by us, as the bytes of a text (write-answer.ts).
  if (hidden !== undefined) return { kind: 'hidden thinking', at, data: Buffer.from(hidden, 'base64').toString('utf8') }
  if (!thought) return reasoning.refuse('reasoningText', 'it is missing')
  const text = thought.string('text') ?? ''
  const signature = thought.string('signature') || null
  thought.end()
  return { kind: 'thinking', at, text, signature }
}

function readToolUse(use: Fields, at: string, names: CallNames): AssistantPart {
  const id = use.text('toolUseId')
  const name = use.text('name')
  names.set(id, name)
  use.only('type', [], 'the call was made by a tool of Bedrock’s')
  const input = use.json('input') ?? {}
  use.end()
  return { kind: 'tool call', at, id, name, arguments: JSON.stringify(input) }
}

function refuseKind(block: Fields): never {
  // The block's own member is what nobody has asked for.
  block.end()
  throw new NotCarried(block.at, 'it says nothing')
}
