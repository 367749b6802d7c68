/** A stream of chat completion chunks as neutral events. */
import type { AnswerEvent, StreamDecoder } from '#lib/formats/neutral.ts'
import {
  asChunk,
  type Chunk,
  type EndedChoice,
  type Said,
  type SaidToolCall,
} from '#lib/formats/openai/chat/answer-shape.ts'
import { isError, readStreamError } from '#lib/formats/openai/chat/errors.ts'
import {
  argumentsOf,
  contentOf,
  endOf,
  idForCall,
  isBroken,
  reasoningOf,
  signatureOf,
} from '#lib/formats/openai/chat/said.ts'
import { tokensOf } from '#lib/formats/openai/usage.ts'

export function streamDecoder(): StreamDecoder {
  let started = false
  let finished = false
  let refused = false
  const thoughtsIn = thoughtReader()
  const calls = toolCallReader()

  function read(data: string): AnswerEvent[] {
    // Servers that never say why they stopped have come to the end all the same.
    if (data === '[DONE]') return [...start(null), ...finish({}), { kind: 'end' }]
    const json = JSON.parse(data) as unknown
    if (isError(json)) return [{ kind: 'error', error: readStreamError(json) }]
    return readChunk(asChunk(json))
  }

  function readChunk(chunk: Chunk): AnswerEvent[] {
    const choice = chunk.choices?.find(({ index }) => !index)
    const tokens = tokensOf(chunk.usage)
    // Azure begins with a chunk about the prompt, which says nothing of the answer.
    if (!choice && !tokens) return []
    const events = start(chunk.model)
    if (choice && isBroken(choice)) return [...events, brokenOff]
    if (choice?.delta && !finished) events.push(...saidIn(choice.delta, chunk.id))
    if (choice?.finish_reason) events.push(...finish(choice))
    if (tokens) events.push({ kind: 'usage', tokens })
    return events
  }

  function start(model: string | null | undefined): AnswerEvent[] {
    if (started) return []
    started = true
    return [{ kind: 'start', model: model || null, prompt: null }]
  }

  function saidIn(delta: Said, answerId: string | null | undefined): AnswerEvent[] {
    const events = thoughtsIn(delta)
    const text = contentOf(delta)
    if (text) events.push({ kind: 'text', text })
    if (delta.refusal) {
      refused = true
      events.push({ kind: 'refusal', text: delta.refusal })
    }
    for (const call of delta.tool_calls ?? []) events.push(...calls.read(call, answerId))
    return events
  }

  function finish(choice: EndedChoice): AnswerEvent[] {
    if (finished) return []
    finished = true
    const { finish: reason, stopSequence } = endOf(choice, { calls: calls.count() > 0, refusal: refused })
    return [{ kind: 'finish', reason, stopSequence }]
  }

  return { read }
}

const brokenOff: AnswerEvent = {
  kind: 'error',
  error: { status: 500, message: 'The provider could not finish its answer.', param: null, code: null },
}

/**
 * Other gateways give a thought as text and in blocks: pieces of it beside the text, or all of it once more with its
 * signature.
 */
function thoughtReader() {
  let thought = ''

  return (delta: Said): AnswerEvent[] => {
    const blocks = delta.thinking_blocks ?? []
    const inBlocks = blocks.map(({ thinking }) => thinking ?? '').join('')
    const text = reasoningOf(delta) || (inBlocks === thought ? '' : inBlocks)
    thought += text
    const events: AnswerEvent[] = text ? [{ kind: 'thinking', text }] : []
    for (const { signature, data } of blocks) {
      if (signature) events.push({ kind: 'signature', signature })
      if (data) events.push({ kind: 'hidden thinking', data })
      if (signature || data) thought = ''
    }
    return events
  }
}

type OpenCall = { readonly call: number; readonly id: string; readonly index: number | null }

/**
 * Tells which call a delta belongs to. OpenAI counts calls by `index`; Google leaves it out and tells calls apart by their
 * ids; others give every call the index 0, or neither index nor id but a whole call at once.
 */
function toolCallReader() {
  const open: OpenCall[] = []

  function callOf({ index, id, function: called }: SaidToolCall): OpenCall | undefined {
    const candidate = index == null ? open.at(-1) : open.findLast((call) => call.index === index)
    if (id) return candidate?.id === id ? candidate : undefined
    return index == null && called?.name ? undefined : candidate
  }

  return {
    count: () => open.length,
    read(delta: SaidToolCall, answerId: string | null | undefined): AnswerEvent[] {
      const events: AnswerEvent[] = []
      let opened = callOf(delta)
      if (!opened) {
        const call = open.length
        const id = delta.id || idForCall(answerId, call)
        opened = { call, id, index: delta.index ?? null }
        open.push(opened)
        events.push({ kind: 'tool call', call, id, name: delta.function?.name ?? '', ...signatureOf(delta) })
      }
      const json = argumentsOf(delta)
      if (json) events.push({ kind: 'tool arguments', call: opened.call, json })
      return events
    },
  }
}
