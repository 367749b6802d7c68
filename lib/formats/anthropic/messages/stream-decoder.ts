/** Anthropic's stream as neutral events. */
import { readStreamedError } from '#lib/formats/anthropic/messages/errors.ts'
import { isObject } from '#lib/formats/anthropic/messages/fields.ts'
import { explanationIn, stringOr } from '#lib/formats/anthropic/messages/read-answer.ts'
import { finishOf } from '#lib/formats/anthropic/messages/stop-reasons.ts'
import { merged } from '#lib/formats/anthropic/read-answer.ts'
import { promptOf, readUsage, wholeOf, type Usage } from '#lib/formats/anthropic/usage.ts'
import type { AnswerEvent, StreamDecoder } from '#lib/formats/neutral.ts'

type Json = Readonly<Record<string, unknown>>

/** The tool call being written: its number, and whether any arguments have come. */
type Call = { readonly call: number; readonly input: unknown; begun: boolean }

export function streamDecoder(): StreamDecoder {
  let usage: Usage | null = null
  let calls = 0
  let open: Call | null = null

  function started(message: Json): AnswerEvent[] {
    usage = readUsage(message.usage)
    return [{ kind: 'start', model: stringOr(message.model, null), prompt: usage && promptOf(usage) }]
  }

  function blockStarted(block: Json): AnswerEvent[] {
    switch (block.type) {
      case 'text':
        return worded('text', block.text)
      case 'thinking':
        return [...worded('thinking', block.thinking), ...signed(block.signature)]
      case 'redacted_thinking':
        return [{ kind: 'hidden thinking', data: stringOr(block.data, '') }]
      case 'tool_use': {
        open = { call: calls, input: block.input ?? {}, begun: false }
        calls += 1
        return [{ kind: 'tool call', call: open.call, id: stringOr(block.id, ''), name: stringOr(block.name, '') }]
      }
      default:
        return []
    }
  }

  function continued(delta: Json): AnswerEvent[] {
    switch (delta.type) {
      case 'text_delta':
        return worded('text', delta.text)
      case 'thinking_delta':
        return worded('thinking', delta.thinking)
      case 'signature_delta':
        return signed(delta.signature)
      case 'input_json_delta': {
        const json = stringOr(delta.partial_json, '')
        if (!open || json === '') return []
        open.begun = true
        return [{ kind: 'tool arguments', call: open.call, json }]
      }
      default:
        return []
    }
  }

  /** A tool that takes nothing has no deltas: its input is the one it began with. */
  function blockStopped(): AnswerEvent[] {
    const ended = open
    open = null
    if (!ended || ended.begun) return []
    return [{ kind: 'tool arguments', call: ended.call, json: JSON.stringify(ended.input) }]
  }

  function ending(event: Json): AnswerEvent[] {
    const delta = objectOr(event.delta)
    usage = merged(usage, readUsage(event.usage))
    const tokens = usage && wholeOf(usage)
    return [
      ...worded('refusal', explanationIn(delta.stop_details)),
      ...(typeof delta.stop_reason === 'string'
        ? [
            {
              kind: 'finish' as const,
              reason: finishOf(delta.stop_reason),
              stopSequence: stringOr(delta.stop_sequence, null),
            },
          ]
        : []),
      ...(tokens ? [{ kind: 'usage' as const, tokens }] : []),
    ]
  }

  return {
    read(data) {
      const event = objectOr(JSON.parse(data) as unknown)
      switch (event.type) {
        case 'message_start':
          return started(objectOr(event.message))
        case 'content_block_start':
          return blockStarted(objectOr(event.content_block))
        case 'content_block_delta':
          return continued(objectOr(event.delta))
        case 'content_block_stop':
          return blockStopped()
        case 'message_delta':
          return ending(event)
        case 'message_stop':
          return [{ kind: 'end' }]
        case 'error':
          return [{ kind: 'error', error: readStreamedError(event) }]
        default:
          return []
      }
    },
  }
}

function worded(kind: 'text' | 'thinking' | 'refusal', text: unknown): AnswerEvent[] {
  return typeof text === 'string' && text !== '' ? [{ kind, text }] : []
}

function signed(signature: unknown): AnswerEvent[] {
  return typeof signature === 'string' && signature !== '' ? [{ kind: 'signature', signature }] : []
}

function objectOr(value: unknown): Json {
  return isObject(value) ? value : {}
}
