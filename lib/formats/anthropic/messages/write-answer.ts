/** A neutral answer as a Message. */
import { inputOf } from '#lib/formats/anthropic/messages/tool-input.ts'
import { markedSignature } from '#lib/formats/anthropic/messages/tool-signature.ts'
import { stopReasonOf } from '#lib/formats/anthropic/messages/stop-reasons.ts'
import { usageOf } from '#lib/formats/anthropic/messages/write-usage.ts'
import type { AnswerContext, AnswerPart, Finish, NeutralAnswer } from '#lib/formats/neutral.ts'

export function writeAnswer(answer: NeutralAnswer, context: AnswerContext): string {
  const isRefusal = answer.parts.some(({ kind }) => kind === 'refusal')
  return JSON.stringify({
    ...emptyMessage(answer.model, context),
    content: answer.parts.flatMap(blocksOf),
    ...endOf(isRefusal ? 'refusal' : answer.finish, answer.stopSequence),
    usage: usageOf(answer.tokens ?? {}),
  })
}

/** A Message before anything is said; in streams it is the first event's. */
export function emptyMessage(model: string | null, context: AnswerContext): Readonly<Record<string, unknown>> {
  return {
    id: `msg_${context.callId.replace(/^call_/, '')}`,
    type: 'message',
    role: 'assistant',
    model: model ?? context.upstreamModel,
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
  }
}

/** The fields that say how the answer ended. */
export function endOf(finish: Finish, stopSequence: string | null): Readonly<Record<string, unknown>> {
  return {
    stop_reason: stopReasonOf(finish),
    stop_sequence: stopSequence,
    stop_details: finish === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null,
  }
}

function blocksOf(part: AnswerPart): object[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [{ type: 'text', text: part.text }]
    case 'thinking':
      return [{ type: 'thinking', thinking: part.text, signature: part.signature ?? '' }]
    case 'hidden thinking':
      return [{ type: 'redacted_thinking', data: part.data }]
    case 'tool call': {
      const { id, name, signature } = part
      const call = { type: 'tool_use', id, name, input: inputOf(part.arguments), caller: { type: 'direct' } }
      return signature ? [{ type: 'redacted_thinking', data: markedSignature(signature) }, call] : [call]
    }
  }
}
