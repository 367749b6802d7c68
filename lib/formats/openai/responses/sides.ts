import type {
  AnswerContext,
  AnswerEvent,
  AnswerPart,
  CallerSide,
  NeutralAnswer,
  ProviderError,
  StreamEncoder,
} from '#lib/formats/neutral.ts'
import { errorEvent, errorType } from '#lib/formats/openai/errors.ts'
import { buildResponse } from '#lib/formats/openai/responses/build-response.ts'
import { readRequest } from '#lib/formats/openai/responses/read-request.ts'

/** Responses as callers speak them. */
export const responsesCaller: CallerSide = { readRequest, writeAnswer, streamEncoder, writeError }

function writeAnswer(answer: NeutralAnswer, context: AnswerContext): string {
  const builder = buildResponse(context)
  for (const event of eventsOf(answer)) builder.take(event)
  return JSON.stringify(builder.response())
}

/** A whole answer as the events that would have told it. */
export function* eventsOf({ model, parts, finish, stopSequence, tokens }: NeutralAnswer): Generator<AnswerEvent> {
  yield { kind: 'start', model, prompt: null }
  let call = 0
  for (const part of parts) yield* eventsOfPart(part, part.kind === 'tool call' ? call++ : call)
  yield { kind: 'finish', reason: finish, stopSequence }
  if (tokens) yield { kind: 'usage', tokens }
  yield { kind: 'end' }
}

function* eventsOfPart(part: AnswerPart, call: number): Generator<AnswerEvent> {
  if (part.kind === 'tool call') {
    const { id, name, signature = null } = part
    yield { kind: 'tool call', call, id, name, signature }
    yield { kind: 'tool arguments', call, json: part.arguments }
  } else if (part.kind === 'thinking') {
    yield { kind: 'thinking', text: part.text }
    if (part.signature !== null) yield { kind: 'signature', signature: part.signature }
  } else yield part
}

/** Typed events, numbered from 0. */
function streamEncoder(context: AnswerContext): StreamEncoder {
  const builder = buildResponse(context)
  let next = 0
  return {
    write(event) {
      if (event.kind === 'error') return errorEvent(event.error, errorObject(event.error), next++)
      return builder
        .take(event)
        .map(({ type, ...members }) => {
          return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: next++, ...members })}\n\n`
        })
        .join('')
    },
  }
}

function writeError(error: ProviderError): string {
  return JSON.stringify({ error: errorObject(error) })
}

function errorObject({ status, message, param, code }: ProviderError): object {
  return { message, type: errorType(status, code ?? ''), param, code }
}
