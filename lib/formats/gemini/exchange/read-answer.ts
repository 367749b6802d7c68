/** A Gemini provider's answer, whole or in chunks: each is the same message. */
import { readFinish } from '#lib/formats/gemini/exchange/finish.ts'
import { isFields, type Fields } from '#lib/formats/gemini/fields.ts'
import { tokensOf } from '#lib/formats/gemini/usage.ts'
import type { AnswerPart, Finish, NeutralAnswer } from '#lib/formats/neutral.ts'

/** Null where the body is no such message. */
export function readAnswer(body: unknown): NeutralAnswer | null {
  const chunk = readChunk(body, 0)
  if (!chunk) return null
  const { model, parts, tokens } = chunk
  const stopped: Finish = parts.some(({ kind }) => kind === 'tool call') ? 'tool calls' : 'stop'
  return { model, parts, finish: chunk.finish ?? stopped, stopSequence: null, tokens }
}

export type Chunk = Pick<NeutralAnswer, 'model' | 'parts' | 'tokens'> & { readonly finish: Finish | null }

/** `calls`: how many calls there were before, for their ids and for the reason of the end. */
export function readChunk(body: unknown, calls: number): Chunk | null {
  if (!isFields(body) || body.error !== undefined) return null
  const { candidates, promptFeedback, usageMetadata, modelVersion, responseId } = body
  const isBlocked = isFields(promptFeedback) && promptFeedback.blockReason !== undefined
  // The last chunk of a stream may have nothing but its usage.
  if (!Array.isArray(candidates) && !isBlocked && usageMetadata === undefined) return null
  const candidate: unknown = Array.isArray(candidates) ? candidates[0] : null
  const { content, finishReason, finishMessage } = isFields(candidate) ? candidate : {}
  const parts = partsOf(content, typeof responseId === 'string' ? responseId : '', calls)
  const hasCalls = calls > 0 || parts.some(({ kind }) => kind === 'tool call')
  let finish = typeof finishReason === 'string' ? readFinish(finishReason, hasCalls) : null
  if (finish === 'refusal' && typeof finishMessage === 'string') parts.push({ kind: 'refusal', text: finishMessage })
  if (isBlocked && !isFields(candidate)) {
    parts.push({ kind: 'refusal', text: blockMessage(promptFeedback) })
    finish = 'refusal'
  }
  const model = typeof modelVersion === 'string' ? modelVersion : null
  return { model, parts, finish, tokens: tokensOf(usageMetadata) }
}

function blockMessage({ blockReason, blockReasonMessage }: Fields): string {
  return typeof blockReasonMessage === 'string' ? blockReasonMessage : `The prompt was blocked: ${String(blockReason)}.`
}

function partsOf(content: unknown, responseId: string, callsBefore: number): AnswerPart[] {
  const list = isFields(content) && Array.isArray(content.parts) ? content.parts.filter(isFields) : []
  let calls = callsBefore
  return list.flatMap((part): AnswerPart[] => {
    const { text, thought, thoughtSignature, functionCall } = part
    const signature = typeof thoughtSignature === 'string' ? thoughtSignature : null
    if (isFields(functionCall)) {
      const { id, name, args } = functionCall
      return [
        {
          kind: 'tool call',
          id: typeof id === 'string' && id !== '' ? id : idOfCall(responseId, calls++),
          name: String(name ?? ''),
          arguments: JSON.stringify(args ?? {}),
          signature,
        },
      ]
    }
    if (typeof text !== 'string') return []
    // Google does not ask for the signature of a text again, and no other wire has a place for it.
    if (thought !== true) return text === '' ? [] : [{ kind: 'text', text }]
    return [{ kind: 'thinking', text, signature }]
  })
}

/** The same call has the same id, and no two calls of a conversation do. */
function idOfCall(responseId: string, call: number): string {
  return `call_${responseId.replace(/[^\w-]/g, '').slice(0, 28)}_${call}`
}
