/** Turns as Anthropic's messages. */
import type { MarkCache } from '#lib/formats/anthropic/messages/cache-control.ts'
import { toolId } from '#lib/formats/anthropic/messages/tool-id.ts'
import { inputOf } from '#lib/formats/anthropic/messages/tool-input.ts'
import { writeMedia } from '#lib/formats/anthropic/messages/write-media.ts'
import type { MediaPart, TextPart, ToolResultPart, SpokenTurn } from '#lib/formats/neutral.ts'

type UserPart = Extract<SpokenTurn, { role: 'user' }>['parts'][number]
type AssistantPart = Extract<SpokenTurn, { role: 'assistant' }>['parts'][number]

/** A turn of which nothing is left is left out: Anthropic joins its neighbours. */
export function writeTurns(turns: readonly SpokenTurn[], mark: MarkCache, leftOut: string[]): object[] {
  return turns.flatMap((turn) => {
    const content = turn.role === 'user' ? userBlocks(turn.parts, mark, leftOut) : ownBlocks(turn.parts, mark, leftOut)
    return content.length > 0 ? [{ role: turn.role, content }] : []
  })
}

/** Anthropic refuses texts of nothing but white space. */
export function writeTexts(parts: readonly TextPart[], mark: MarkCache, leftOut: string[]): object[] {
  return parts.flatMap((part) => textBlock(part, mark, leftOut))
}

/** Results come first in the turn that answers tool calls. */
function userBlocks(parts: readonly UserPart[], mark: MarkCache, leftOut: string[]): object[] {
  const results = parts.filter((part) => part.kind === 'tool result')
  const others = parts.filter((part) => part.kind !== 'tool result')
  return [
    ...results.map((part) => resultBlock(part, mark, leftOut)),
    ...others.flatMap((part) => givenBlock(part, mark, leftOut)),
  ]
}

function givenBlock(part: TextPart | MediaPart, mark: MarkCache, leftOut: string[]): object[] {
  return part.kind === 'text' ? textBlock(part, mark, leftOut) : [writeMedia(part, mark, leftOut)]
}

function textBlock(part: Pick<TextPart, 'at' | 'text' | 'cache'>, mark: MarkCache, leftOut: string[]): object[] {
  if (part.text.trim() !== '') return [{ type: 'text', text: part.text, ...mark(part) }]
  if (part.cache) leftOut.push(part.at)
  return []
}

function resultBlock(part: ToolResultPart, mark: MarkCache, leftOut: string[]): object {
  const content = part.content.flatMap((item) => givenBlock(item, mark, leftOut))
  return {
    type: 'tool_result',
    tool_use_id: toolId(part.id),
    ...(content.length > 0 ? { content } : {}),
    ...(part.failed ? { is_error: true } : {}),
    ...mark(part),
  }
}

function ownBlocks(parts: readonly AssistantPart[], mark: MarkCache, leftOut: string[]): object[] {
  return parts.flatMap((part) => {
    switch (part.kind) {
      case 'text':
      case 'refusal':
        return textBlock(part, mark, leftOut)
      case 'thinking':
        // Anthropic trusts no thought that it has not signed. None can be marked for the cache.
        if (part.signature === null || part.cache) leftOut.push(part.at)
        return part.signature === null ? [] : [{ type: 'thinking', thinking: part.text, signature: part.signature }]
      case 'hidden thinking':
        if (part.cache) leftOut.push(part.at)
        return [{ type: 'redacted_thinking', data: part.data }]
      case 'tool call': {
        // Of Gemini's making, and of no use here.
        if (part.signature) leftOut.push(part.at)
        const { id, name } = part
        return [{ type: 'tool_use', id: toolId(id), name, input: inputOf(part.arguments), ...mark(part) }]
      }
    }
  })
}
