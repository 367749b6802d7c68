/** A neutral answer as a chat completion. */
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerContext, AnswerPart, Finish, NeutralAnswer } from '#lib/formats/neutral.ts'

export function writeAnswer(answer: NeutralAnswer, context: AnswerContext): string {
  return JSON.stringify({
    ...completionHead(context),
    object: 'chat.completion',
    model: answer.model ?? context.upstreamModel,
    choices: [
      { index: 0, message: messageOf(answer.parts), logprobs: null, finish_reason: finishReason[answer.finish] },
    ],
    ...(answer.tokens && { usage: usageOf(answer.tokens) }),
  })
}

/** What every chunk of a stream repeats. */
export function completionHead({ callId, createdMs }: AnswerContext): {
  readonly id: string
  readonly created: number
} {
  return { id: `chatcmpl-${callId.replace(/^call_/, '')}`, created: Math.floor(createdMs / 1000) }
}

export const finishReason: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  'stop sequence': 'stop',
  length: 'length',
  'tool calls': 'tool_calls',
  refusal: 'content_filter',
}

function messageOf(parts: readonly AnswerPart[]): object {
  const text = textOf(parts, 'text')
  const refusal = textOf(parts, 'refusal')
  const reasoning = textOf(parts, 'thinking')
  const blocks = parts.map(thinkingBlock).filter((block) => block !== null)
  const calls = parts.filter((part) => part.kind === 'tool call').map(toolCallOf)
  return {
    role: 'assistant',
    content: text ?? (calls.length > 0 || refusal !== null ? null : ''),
    refusal,
    ...(reasoning !== null && { reasoning_content: reasoning }),
    ...(blocks.length > 0 && { thinking_blocks: blocks }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

/** All texts of a kind as one; null where there is none. */
function textOf(parts: readonly AnswerPart[], kind: 'text' | 'refusal' | 'thinking'): string | null {
  return parts.flatMap((part) => (part.kind === kind ? [part.text] : [])).join('') || null
}

/**
 * A thought in the form in which it can be handed back: signed, or hidden. One that is neither is only for reading, and
 * stands in `reasoning_content`.
 */
export function thinkingBlock(part: AnswerPart): object | null {
  if (part.kind === 'hidden thinking') return { type: 'redacted_thinking', data: part.data }
  if (part.kind !== 'thinking' || part.signature === null) return null
  return { type: 'thinking', thinking: part.text, signature: part.signature }
}

export function toolCallOf(call: {
  readonly id: string
  readonly name: string
  readonly arguments: string
  readonly signature?: string | null
}): object {
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
    ...(call.signature && { extra_content: { google: { thought_signature: call.signature } } }),
  }
}

/** OpenAI counts cached and written tokens into the prompt, and reasoning into the completion. */
export function usageOf(tokens: TokenVector): object {
  const { cached_read: cached = 0, cache_write_5m = 0, cache_write_1h = 0, reasoning = 0 } = tokens
  const { input = 0, output = 0, audio_input = 0, audio_output = 0, image_input = 0, image_output = 0 } = tokens
  const written = cache_write_5m + cache_write_1h
  const prompt = input + cached + written + audio_input + image_input
  const completion = output + audio_output + image_output
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: cached,
      ...(written > 0 && { cache_write_tokens: written }),
      audio_tokens: audio_input,
    },
    completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: audio_output },
  }
}
