/** A neutral answer as Gemini's clients read it, whole and as a stream of chunks. */
import type { TokenVector } from '#lib/catalog/contract.ts'
import { writeError } from '#lib/formats/gemini/exchange/errors.ts'
import { writeFinish } from '#lib/formats/gemini/exchange/finish.ts'
import { signatureOfHidden } from '#lib/formats/gemini/exchange/hidden-thinking.ts'
import { objectIn } from '#lib/formats/gemini/exchange/tool-response.ts'
import type {
  AnswerContext,
  AnswerEvent,
  AnswerPart,
  Finish,
  NeutralAnswer,
  StreamEncoder,
} from '#lib/formats/neutral.ts'

export function writeAnswer({ model, parts, finish, tokens }: NeutralAnswer, context: AnswerContext): string {
  return JSON.stringify(answerObject(context, model, parts, finish, tokens))
}

function answerObject(
  { callId, upstreamModel }: AnswerContext,
  model: string | null,
  parts: readonly AnswerPart[],
  finish: Finish | null,
  tokens: TokenVector | null,
): object {
  // A candidate that says nothing has no parts, and no empty list of them.
  const content = { ...(parts.length > 0 ? { parts: parts.map(partOf) } : {}), role: 'model' }
  return {
    candidates: [{ content, ...(finish ? { finishReason: writeFinish(finish) } : {}), index: 0 }],
    ...(tokens ? { usageMetadata: usageOf(tokens) } : {}),
    modelVersion: model ?? upstreamModel,
    responseId: callId.replace(/^call_/, ''),
  }
}

function partOf(part: AnswerPart): object {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return { text: part.text }
    case 'thinking':
      return { text: part.text, thought: true, ...(part.signature ? { thoughtSignature: part.signature } : {}) }
    case 'hidden thinking':
      return { text: '', thought: true, thoughtSignature: signatureOfHidden(part.data) }
    case 'tool call': {
      const { id, name, signature } = part
      // What the output maximum has torn is no object any more.
      const functionCall = { id, name, args: objectIn(part.arguments) ?? {} }
      return { functionCall, ...(signature ? { thoughtSignature: signature } : {}) }
    }
  }
}

/** Google's prompt contains what was cached; its thoughts are outside its candidates. */
function usageOf(tokens: TokenVector): object {
  const cached = tokens.cached_read ?? 0
  const written = (tokens.cache_write_5m ?? 0) + (tokens.cache_write_1h ?? 0)
  const prompt = (tokens.input ?? 0) + cached + written + (tokens.audio_input ?? 0) + (tokens.image_input ?? 0)
  const output = (tokens.output ?? 0) + (tokens.audio_output ?? 0) + (tokens.image_output ?? 0)
  const thoughts = Math.min(tokens.reasoning ?? 0, output)
  return {
    promptTokenCount: prompt,
    ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
    ...(output > thoughts ? { candidatesTokenCount: output - thoughts } : {}),
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    totalTokenCount: prompt + output,
  }
}

type Call = Extract<AnswerPart, { kind: 'tool call' }>

/** A call arrives whole, and the reason for the end with the usage in the last chunk. */
export function streamEncoder(context: AnswerContext): StreamEncoder {
  let model: string | null = null
  const calls = new Map<number, Call>()
  let finish: Finish | null = null
  let tokens: TokenVector | null = null

  function chunk(parts: readonly AnswerPart[], isLast = false): string {
    return event(JSON.stringify(answerObject(context, model, parts, isLast ? finish : null, isLast ? tokens : null)))
  }

  function wholeCalls(): string {
    const whole = [...calls.values()]
    calls.clear()
    return whole.length > 0 ? chunk(whole) : ''
  }

  return {
    write(next: AnswerEvent): string {
      switch (next.kind) {
        case 'start':
          model = next.model
          return ''
        case 'text':
        case 'refusal':
          return next.text === '' ? '' : wholeCalls() + chunk([{ kind: next.kind, text: next.text }])
        case 'thinking':
          return wholeCalls() + chunk([{ kind: 'thinking', text: next.text, signature: null }])
        case 'signature':
          return chunk([{ kind: 'thinking', text: '', signature: next.signature }])
        case 'hidden thinking':
          return wholeCalls() + chunk([{ kind: 'hidden thinking', data: next.data }])
        case 'tool call':
          calls.set(next.call, { ...next, kind: 'tool call', arguments: '' })
          return ''
        case 'tool arguments': {
          const call = calls.get(next.call)
          if (call) calls.set(next.call, { ...call, arguments: call.arguments + next.json })
          return ''
        }
        case 'finish':
          finish = next.reason
          return wholeCalls()
        case 'usage':
          tokens = next.tokens
          return ''
        case 'error':
          return event(writeError(next.error))
        case 'end':
          // Google's clients take a message without parts for a broken one.
          return chunk([{ kind: 'text', text: '' }], true)
      }
    },
  }
}

function event(data: string): string {
  return `data: ${data}\r\n\r\n`
}
