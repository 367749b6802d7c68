/** A neutral answer as Converse's clients read it. */
import { inputOf } from '#lib/formats/anthropic/messages/tool-input.ts'
import { markedSignature } from '#lib/formats/anthropic/messages/tool-signature.ts'
import { stopReasonOf } from '#lib/formats/bedrock/converse/stop-reasons.ts'
import { usageOf } from '#lib/formats/bedrock/converse/write-usage.ts'
import type { AnswerContext, AnswerPart, NeutralAnswer } from '#lib/formats/neutral.ts'

export function writeAnswer({ parts, finish, tokens }: NeutralAnswer, context: AnswerContext): string {
  const isRefusal = parts.some(({ kind }) => kind === 'refusal')
  return JSON.stringify({
    output: { message: { role: 'assistant', content: parts.flatMap(blocksOf) } },
    stopReason: stopReasonOf(isRefusal ? 'refusal' : finish),
    usage: usageOf(tokens ?? {}),
    metrics: metricsOf(context),
  })
}

/** Some clients take an answer without them for a broken one. */
export function metricsOf({ createdMs, nowMs }: AnswerContext): object {
  return { latencyMs: nowMs() - createdMs }
}

function blocksOf(part: AnswerPart): object[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [{ text: part.text }]
    case 'thinking': {
      const { text, signature } = part
      return [{ reasoningContent: { reasoningText: { text, ...(signature ? { signature } : {}) } } }]
    }
    case 'hidden thinking':
      return [{ reasoningContent: { redactedContent: redacted(part.data) } }]
    case 'tool call': {
      const { id, name, signature } = part
      const call = { toolUse: { toolUseId: id, name, input: inputOf(part.arguments) } }
      if (!signature) return [call]
      return [{ reasoningContent: { redactedContent: redacted(markedSignature(signature)) } }, call]
    }
  }
}

/** Clients hold it as bytes. Whatever text it is, it comes back as it went. */
export function redacted(data: string): string {
  return Buffer.from(data, 'utf8').toString('base64')
}
