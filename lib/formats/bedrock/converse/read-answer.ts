/** Bedrock's answer to Converse as a neutral one. */
import { isObject } from '#lib/formats/anthropic/messages/fields.ts'
import { stringOr } from '#lib/formats/anthropic/messages/read-answer.ts'
import { finishOf } from '#lib/formats/bedrock/converse/stop-reasons.ts'
import { tokensOf } from '#lib/formats/bedrock/usage.ts'
import type { AnswerPart, NeutralAnswer } from '#lib/formats/neutral.ts'

export function readAnswer(body: unknown): NeutralAnswer | null {
  const output = isObject(body) ? body.output : null
  const message = isObject(output) ? output.message : null
  if (!isObject(body) || !isObject(message) || !Array.isArray(message.content)) return null
  return {
    // Bedrock does not say.
    model: null,
    parts: message.content.filter(isObject).flatMap(partsOf),
    finish: finishOf(body.stopReason),
    stopSequence: null,
    tokens: tokensOf(body.usage),
  }
}

type Json = Readonly<Record<string, unknown>>

/** What tools of Bedrock's own did never comes: none of them was asked for. */
function partsOf({ text, reasoningContent, toolUse, citationsContent }: Json): AnswerPart[] {
  if (typeof text === 'string') return worded(text)
  if (isObject(reasoningContent)) return [thoughtOf(reasoningContent)]
  if (isObject(toolUse)) {
    const { toolUseId, name, input } = toolUse
    const json = JSON.stringify(input ?? {})
    return [{ kind: 'tool call', id: stringOr(toolUseId, ''), name: stringOr(name, ''), arguments: json }]
  }
  const cited = isObject(citationsContent) ? citationsContent.content : null
  return Array.isArray(cited) ? cited.filter(isObject).flatMap((one) => worded(stringOr(one.text, ''))) : []
}

function worded(text: string): AnswerPart[] {
  return text === '' ? [] : [{ kind: 'text', text }]
}

/** What is hidden is handed back as it came, in Base64. */
function thoughtOf({ reasoningText, redactedContent }: Json): AnswerPart {
  if (!isObject(reasoningText)) return { kind: 'hidden thinking', data: stringOr(redactedContent, '') }
  const { text, signature } = reasoningText
  return { kind: 'thinking', text: stringOr(text, ''), signature: stringOr(signature, '') || null }
}
