/** What a message, or a stream's part of one, says in the neutral exchange's terms. */
import type { Finish } from '#lib/formats/neutral.ts'
import type { EndedChoice, Said, SaidToolCall } from '#lib/formats/openai/chat/answer-shape.ts'

export function contentOf({ content }: Said): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => part.text ?? '').join('')
}

/** Thoughts as plain text. */
export function reasoningOf({ reasoning_content, reasoning, content }: Said): string {
  if (reasoning_content || reasoning || !Array.isArray(content)) return reasoning_content || reasoning || ''
  return content.flatMap(({ thinking }) => (thinking ?? []).map(({ text }) => text ?? '')).join('')
}

export function argumentsOf(call: SaidToolCall): string {
  const given = call.function?.arguments ?? ''
  return typeof given === 'string' ? given : JSON.stringify(given)
}

export function signatureOf(call: SaidToolCall): { readonly signature?: string } {
  const signature = call.extra_content?.google?.thought_signature
  return signature ? { signature } : {}
}

/**
 * An id for a call that its server gave none: unlike those of other answers, and of letters that every wire takes.
 *
 * @param answerId of the whole answer
 */
export function idForCall(answerId: string | null | undefined, call: number): string {
  const answer = (answerId ?? '').replaceAll(/[^A-Za-z0-9]/g, '').slice(-24)
  return answer ? `call_${answer}_${call}` : `call_${call}`
}

/** How a server says that it could not go on; the answer is not whole. */
const broken = new Set(['error', 'insufficient_system_resource'])

export function isBroken({ finish_reason }: EndedChoice): boolean {
  return broken.has(finish_reason ?? '')
}

type Ended = { readonly finish: Finish; readonly stopSequence: string | null }

/**
 * Why the answer ended. Servers say `stop` of answers that call tools, OpenAI where the caller had chosen the tool, and of
 * those in which the model declines.
 */
export function endOf(choice: EndedChoice, has: { readonly calls: boolean; readonly refusal: boolean }): Ended {
  const ended = (finish: Finish): Ended => ({ finish, stopSequence: null })
  if (choice.finish_reason === 'length') return ended('length')
  if (choice.finish_reason === 'content_filter' || has.refusal) return ended('refusal')
  if (has.calls) return ended('tool calls')
  return choice.stop_reason ? { finish: 'stop sequence', stopSequence: choice.stop_reason } : ended('stop')
}
