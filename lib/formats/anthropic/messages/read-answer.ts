/** A Message as a neutral answer. */
import { isObject } from '#lib/formats/anthropic/messages/fields.ts'
import { finishOf } from '#lib/formats/anthropic/messages/stop-reasons.ts'
import { tokensOf } from '#lib/formats/anthropic/usage.ts'
import type { AnswerPart, NeutralAnswer } from '#lib/formats/neutral.ts'

export function readAnswer(body: unknown): NeutralAnswer | null {
  if (!isObject(body) || body.type !== 'message' || !Array.isArray(body.content)) return null
  const explanation = explanationIn(body.stop_details)
  return {
    model: stringOr(body.model, null),
    parts: [
      ...body.content.flatMap(partOf),
      ...(explanation === null ? [] : [{ kind: 'refusal' as const, text: explanation }]),
    ],
    finish: finishOf(body.stop_reason),
    stopSequence: stringOr(body.stop_sequence, null),
    tokens: tokensOf(body.usage),
  }
}

/** Why the model refused, where `stop_details` says so. */
export function explanationIn(stopDetails: unknown): string | null {
  return (isObject(stopDetails) && stringOr(stopDetails.explanation, null)) || null
}

/** Blocks of Anthropic's own tools never come: none of them was asked for. */
function partOf(block: unknown): AnswerPart[] {
  if (!isObject(block)) return []
  switch (block.type) {
    case 'text': {
      const text = stringOr(block.text, '')
      return text === '' ? [] : [{ kind: 'text', text }]
    }
    case 'thinking':
      return [
        { kind: 'thinking', text: stringOr(block.thinking, ''), signature: stringOr(block.signature, '') || null },
      ]
    case 'redacted_thinking':
      return [{ kind: 'hidden thinking', data: stringOr(block.data, '') }]
    case 'tool_use': {
      const json = JSON.stringify(block.input ?? {})
      return [{ kind: 'tool call', id: stringOr(block.id, ''), name: stringOr(block.name, ''), arguments: json }]
    }
    default:
      return []
  }
}

export function stringOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise
}
