/** A whole chat completion as a neutral answer. */
import type { AnswerPart, NeutralAnswer } from '#lib/formats/neutral.ts'
import { asCompletion, type Said } from '#lib/formats/openai/chat/answer-shape.ts'
import {
  argumentsOf,
  contentOf,
  endOf,
  idForCall,
  isBroken,
  reasoningOf,
  signatureOf,
} from '#lib/formats/openai/chat/said.ts'
import { tokensOf } from '#lib/formats/openai/usage.ts'

/** Null where the body is no answer, or one that its server could not finish. */
export function readAnswer(body: unknown): NeutralAnswer | null {
  const completion = asCompletion(body)
  if (!completion) return null
  const [choice] = completion.choices
  if (isBroken(choice)) return null

  const { message } = choice
  const text = contentOf(message)
  const calls = toolCallsOf(message, completion.id)
  const parts: AnswerPart[] = thoughtsOf(message)
  if (text) parts.push({ kind: 'text', text })
  if (message.refusal) parts.push({ kind: 'refusal', text: message.refusal })
  parts.push(...calls)
  return {
    model: completion.model || null,
    parts,
    ...endOf(choice, { calls: calls.length > 0, refusal: Boolean(message.refusal) }),
    tokens: tokensOf(completion.usage),
  }
}

/** Other gateways give the blocks with their signatures, beside the text that is the same. */
function thoughtsOf(message: Said): AnswerPart[] {
  const parts: AnswerPart[] = []
  for (const { thinking, signature, data } of message.thinking_blocks ?? []) {
    if (data) parts.push({ kind: 'hidden thinking', data })
    else if (thinking || signature) {
      parts.push({ kind: 'thinking', text: thinking ?? '', signature: signature || null })
    }
  }
  const text = reasoningOf(message)
  if (text && !parts.some((part) => part.kind === 'thinking')) {
    parts.unshift({ kind: 'thinking', text, signature: null })
  }
  return parts
}

function toolCallsOf(message: Said, answerId: string | null | undefined): AnswerPart[] {
  return (message.tool_calls ?? []).map((call, index) => ({
    kind: 'tool call',
    id: call.id || idForCall(answerId, index),
    name: call.function?.name ?? '',
    arguments: argumentsOf(call),
    ...signatureOf(call),
  }))
}
