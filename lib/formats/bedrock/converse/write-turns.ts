/** Turns as Converse's messages. */
import { toolId } from '#lib/formats/anthropic/messages/tool-id.ts'
import { inputOf } from '#lib/formats/anthropic/messages/tool-input.ts'
import type { MarkCache } from '#lib/formats/bedrock/converse/cache-points.ts'
import { mediaWriter, type WriteMedia } from '#lib/formats/bedrock/converse/write-media.ts'
import type { MediaPart, SpokenTurn, TextPart, ToolResultPart } from '#lib/formats/neutral.ts'

type UserPart = Extract<SpokenTurn, { role: 'user' }>['parts'][number]
type AssistantPart = Extract<SpokenTurn, { role: 'assistant' }>['parts'][number]

/** A turn of which nothing is left is left out. */
export function writeTurns(turns: readonly SpokenTurn[], mark: MarkCache, leftOut: string[]): object[] {
  const media = mediaWriter(leftOut)
  return turns.flatMap((turn) => {
    const content =
      turn.role === 'user' ? userBlocks(turn.parts, mark, media, leftOut) : ownBlocks(turn.parts, mark, leftOut)
    return content.length > 0 ? [{ role: turn.role, content }] : []
  })
}

/** Bedrock refuses texts of nothing but white space. */
export function writeTexts(parts: readonly TextPart[], mark: MarkCache, leftOut: string[]): object[] {
  return parts.flatMap((part) => textBlocks(part, mark, leftOut))
}

/** Results come first in the turn that answers tool calls. */
function userBlocks(parts: readonly UserPart[], mark: MarkCache, media: WriteMedia, leftOut: string[]): object[] {
  const results = parts.filter((part) => part.kind === 'tool result')
  const others = parts.filter((part) => part.kind !== 'tool result')
  return [
    ...results.flatMap((part) => [resultBlock(part, mark, media, leftOut), ...mark(part)]),
    ...others.flatMap((part) => givenBlocks(part, mark, media, leftOut)),
  ]
}

function givenBlocks(part: TextPart | MediaPart, mark: MarkCache, media: WriteMedia, leftOut: string[]): object[] {
  return part.kind === 'text' ? textBlocks(part, mark, leftOut) : [media(part), ...mark(part)]
}

function textBlocks(part: Pick<TextPart, 'at' | 'text' | 'cache'>, mark: MarkCache, leftOut: string[]): object[] {
  if (part.text.trim() !== '') return [{ text: part.text }, ...mark(part)]
  if (part.cache) leftOut.push(part.at)
  return []
}

/** Inside a result nothing can be marked. */
function resultBlock(part: ToolResultPart, mark: MarkCache, media: WriteMedia, leftOut: string[]): object {
  const unmarked: MarkCache = ({ at, cache }) => {
    if (cache) leftOut.push(at)
    return []
  }
  const content = part.content.flatMap((item) => givenBlocks(item, unmarked, media, leftOut))
  return { toolResult: { toolUseId: toolId(part.id), content, ...(part.failed ? { status: 'error' } : {}) } }
}

function ownBlocks(parts: readonly AssistantPart[], mark: MarkCache, leftOut: string[]): object[] {
  return parts.flatMap((part) => {
    switch (part.kind) {
      case 'text':
      case 'refusal':
        return textBlocks(part, mark, leftOut)
      case 'thinking': {
        const { text, signature } = part
        // No thought is trusted that its model has not signed. None can be marked for the cache.
        if (signature === null || part.cache) leftOut.push(part.at)
        return signature === null ? [] : [{ reasoningContent: { reasoningText: { text, signature } } }]
      }
      case 'hidden thinking': {
        const isBytes = base64.test(part.data)
        if (!isBytes || part.cache) leftOut.push(part.at)
        return isBytes ? [{ reasoningContent: { redactedContent: part.data } }] : []
      }
      case 'tool call': {
        // Of Gemini's making, and of no use here.
        if (part.signature) leftOut.push(part.at)
        const { id, name } = part
        return [{ toolUse: { toolUseId: toolId(id), name, input: inputOf(part.arguments) } }, ...mark(part)]
      }
    }
  })
}

/** As Bedrock itself wrote it; another provider's is of no use there. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
