/** Bedrock's stream of a conversation as neutral events. */
import { isObject } from '#lib/formats/anthropic/messages/fields.ts'
import { readStreamedException } from '#lib/formats/bedrock/converse/errors.ts'
import { finishOf } from '#lib/formats/bedrock/converse/stop-reasons.ts'
import { tokensOf } from '#lib/formats/bedrock/usage.ts'
import type { AnswerEvent, StreamDecoder } from '#lib/formats/neutral.ts'

type Json = Readonly<Record<string, unknown>>

/** A tool call: its number, and whether any arguments have come. */
type Call = { readonly call: number; begun: boolean }

export function streamDecoder(): StreamDecoder {
  /** By the index of their block. */
  const calls = new Map<unknown, Call>()

  function blockStarted({ contentBlockIndex, start }: Json): AnswerEvent[] {
    const use = isObject(start) ? start.toolUse : null
    if (!isObject(use)) return []
    const call = calls.size
    calls.set(contentBlockIndex, { call, begun: false })
    return [{ kind: 'tool call', call, id: String(use.toolUseId), name: String(use.name) }]
  }

  function continued({ contentBlockIndex, delta }: Json): AnswerEvent[] {
    if (!isObject(delta)) return []
    if (isObject(delta.reasoningContent)) return thought(delta.reasoningContent)
    const call = calls.get(contentBlockIndex)
    if (isObject(delta.toolUse) && call) {
      const json = delta.toolUse.input
      if (typeof json !== 'string' || json === '') return []
      call.begun = true
      return [{ kind: 'tool arguments', call: call.call, json }]
    }
    return worded('text', delta.text)
  }

  /** A tool that takes nothing has no deltas. */
  function blockStopped({ contentBlockIndex }: Json): AnswerEvent[] {
    const call = calls.get(contentBlockIndex)
    return call && !call.begun ? [{ kind: 'tool arguments', call: call.call, json: '{}' }] : []
  }

  return {
    read(data, name = '') {
      const event = objectOr(JSON.parse(data) as unknown)
      switch (name) {
        case 'messageStart':
          return [{ kind: 'start', model: null, prompt: null }]
        case 'contentBlockStart':
          return blockStarted(event)
        case 'contentBlockDelta':
          return continued(event)
        case 'contentBlockStop':
          return blockStopped(event)
        case 'messageStop':
          return [{ kind: 'finish', reason: finishOf(event.stopReason), stopSequence: null }]
        case 'metadata': {
          const tokens = tokensOf(event.usage)
          return [...(tokens ? [{ kind: 'usage' as const, tokens }] : []), { kind: 'end' }]
        }
        default:
          return name.endsWith('Exception') ? [{ kind: 'error', error: readStreamedException(name, event) }] : []
      }
    },
  }
}

function thought({ text, signature, redactedContent }: Json): AnswerEvent[] {
  if (typeof redactedContent === 'string') return [{ kind: 'hidden thinking', data: redactedContent }]
  const signed: AnswerEvent[] =
    typeof signature === 'string' && signature !== '' ? [{ kind: 'signature', signature }] : []
  return [...worded('thinking', text), ...signed]
}

function worded(kind: 'text' | 'thinking', text: unknown): AnswerEvent[] {
  return typeof text === 'string' && text !== '' ? [{ kind, text }] : []
}

function objectOr(value: unknown): Json {
  return isObject(value) ? value : {}
}
