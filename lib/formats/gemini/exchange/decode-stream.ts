/** A Gemini provider's stream, chunk by chunk. It has no mark of its end beside the reason for it. */
import { readError } from '#lib/formats/gemini/exchange/errors.ts'
import { readChunk } from '#lib/formats/gemini/exchange/read-answer.ts'
import { isFields } from '#lib/formats/gemini/fields.ts'
import { promptOf } from '#lib/formats/gemini/usage.ts'
import type { AnswerEvent, AnswerPart, StreamDecoder } from '#lib/formats/neutral.ts'

/** `read` throws for what is no chunk. */
export function streamDecoder(): StreamDecoder {
  let started = false
  let finished = false
  let calls = 0

  function eventsOf(part: AnswerPart): AnswerEvent[] {
    switch (part.kind) {
      case 'tool call': {
        const { id, name, signature = null } = part
        const call = calls++
        return [
          { kind: 'tool call', call, id, name, signature },
          { kind: 'tool arguments', call, json: part.arguments },
        ]
      }
      case 'thinking': {
        const events: AnswerEvent[] = part.text === '' ? [] : [{ kind: 'thinking', text: part.text }]
        if (part.signature !== null) events.push({ kind: 'signature', signature: part.signature })
        return events
      }
      case 'hidden thinking':
        return [{ kind: 'hidden thinking', data: part.data }]
      default:
        return [{ kind: part.kind, text: part.text }]
    }
  }

  return {
    read(data) {
      const body = JSON.parse(data) as unknown
      if (isFields(body) && isFields(body.error)) {
        const { code } = body.error
        return [{ kind: 'error', error: readError(typeof code === 'number' ? code : 500, body) }]
      }
      const chunk = readChunk(body, calls)
      if (!chunk) throw new Error('no chunk of a Gemini stream')
      const { model, parts, finish, tokens } = chunk
      const events: AnswerEvent[] = []
      if (!started) events.push({ kind: 'start', model, prompt: tokens && promptOf(tokens) })
      started = true
      events.push(...parts.flatMap(eventsOf))
      if (finish && !finished) {
        events.push({ kind: 'finish', reason: finish, stopSequence: null })
        finished = true
      }
      if (tokens) events.push({ kind: 'usage', tokens })
      return events
    },
  }
}
