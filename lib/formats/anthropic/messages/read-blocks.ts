/** Anthropic's content blocks as parts of the neutral exchange. */
import { cacheOf } from '#lib/formats/anthropic/messages/cache-control.ts'
import type { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import { readDocument, readImage } from '#lib/formats/anthropic/messages/read-media.ts'
import { signatureIn } from '#lib/formats/anthropic/messages/tool-signature.ts'
import type { MediaPart, TextPart, ToolResultPart, Turn } from '#lib/formats/neutral.ts'

type UserPart = Extract<Turn, { role: 'user' }>['parts'][number]
type AssistantPart = Extract<Turn, { role: 'assistant' }>['parts'][number]

/** Names of the tools called so far, by the id of the call. */
export type CallNames = Map<string, string>

/** `content` of the holder: one text, or blocks that `read` reads. */
export function readContent<T>(holder: Fields, name: string, read: (block: Fields) => T): (T | TextPart)[] {
  const content = holder.get(name)
  if (typeof content === 'string') return [{ kind: 'text', at: holder.path(name), text: content }]
  return (holder.list(name) ?? []).map((_, index) => {
    const block = holder.item(name, index)
    const part = read(block)
    block.end()
    return part
  })
}

export function readText(block: Fields): TextPart {
  if (block.text('type') !== 'text') return refuseKind(block)
  const cache = cacheOf(block)
  // What the model cited before stays text; its references mean nothing to another.
  block.only('citations', [], 'only Anthropic cites')
  return { kind: 'text', at: block.at, text: block.text('text'), ...cache }
}

function readTextOrMedia(block: Fields): TextPart | MediaPart {
  const type = block.text('type')
  if (type === 'image') return readImage(block)
  if (type === 'document') return readDocument(block)
  return readText(block)
}

export function readUserBlock(block: Fields, names: CallNames): UserPart {
  return block.text('type') === 'tool_result' ? readToolResult(block, names) : readTextOrMedia(block)
}

function readToolResult(block: Fields, names: CallNames): ToolResultPart {
  const id = block.text('tool_use_id')
  block.only('toolset_name')
  return {
    kind: 'tool result',
    at: block.at,
    id,
    name: names.get(id) ?? null,
    content: readContent(block, 'content', readTextOrMedia),
    failed: block.boolean('is_error') ?? false,
    ...cacheOf(block),
  }
}

/** Blocks of the assistant's turn. */
export function readAssistantContent(message: Fields, names: CallNames, leftOut: string[]): AssistantPart[] {
  return withSignatures(
    readContent(message, 'content', (block) => readAssistantBlock(block, names)),
    leftOut,
  )
}

/** A signature that travelled before its call is put back on it. */
export function withSignatures(read: readonly AssistantPart[], leftOut: string[]): AssistantPart[] {
  const parts: AssistantPart[] = []
  let waiting: { readonly signature: string; readonly at: string } | null = null
  for (const part of read) {
    const signature = part.kind === 'hidden thinking' ? signatureIn(part.data) : null
    if (signature !== null) {
      if (waiting) leftOut.push(waiting.at)
      waiting = { signature, at: part.at }
    } else if (waiting && part.kind === 'tool call') {
      parts.push({ ...part, signature: waiting.signature })
      waiting = null
    } else parts.push(part)
  }
  // The call that it signed is gone, and the signature with it.
  if (waiting) leftOut.push(waiting.at)
  return parts
}

function readAssistantBlock(block: Fields, names: CallNames): AssistantPart {
  switch (block.text('type')) {
    case 'thinking': {
      const text = block.text('thinking')
      return { kind: 'thinking', at: block.at, text, signature: block.string('signature') || null }
    }
    case 'redacted_thinking':
      return { kind: 'hidden thinking', at: block.at, data: block.text('data') }
    case 'tool_use':
      return readToolUse(block, names)
    default:
      return readText(block)
  }
}

function readToolUse(block: Fields, names: CallNames): AssistantPart {
  const id = block.text('id')
  const name = block.text('name')
  names.set(id, name)
  block.only('toolset_name')
  const caller = block.object('caller')
  caller?.only('type', ['direct'], 'the call was made by a tool of Anthropic’s')
  caller?.end()
  const input = block.json('input') ?? {}
  return { kind: 'tool call', at: block.at, id, name, arguments: JSON.stringify(input), ...cacheOf(block) }
}

function refuseKind(block: Fields): never {
  return block.refuse('type', 'blocks of this kind exist at Anthropic alone, or not in this place')
}
