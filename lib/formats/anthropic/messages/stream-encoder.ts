/**
 * A neutral stream as Anthropic's events, which Bedrock sends too, in frames of its own. Its blocks come one after the
 * other, so what arrives while a tool call is still being written waits until that call is whole.
 */
import type { TokenVector } from '#lib/catalog/contract.ts'
import { streamedError } from '#lib/formats/anthropic/messages/errors.ts'
import { wholeObject } from '#lib/formats/anthropic/messages/tool-input.ts'
import { markedSignature } from '#lib/formats/anthropic/messages/tool-signature.ts'
import { emptyMessage, endOf } from '#lib/formats/anthropic/messages/write-answer.ts'
import { usageOf } from '#lib/formats/anthropic/messages/write-usage.ts'
import type { AnswerContext, AnswerEvent, Finish, StreamEncoder } from '#lib/formats/neutral.ts'

type Block = {
  readonly kind: 'text' | 'refusal' | 'thinking' | 'hidden thinking' | 'tool call'
  /** Of a tool call. */
  readonly call: number | null
  readonly start: object
  begun: boolean
  /** Deltas not yet written. */
  waiting: object[]
  /** A tool call's arguments so far. */
  json: string
  /** Nothing may be added. */
  closed: boolean
}

export type MessageEvent = { readonly type: string; readonly [field: string]: unknown }

export function streamEncoder(context: AnswerContext): StreamEncoder {
  const message = messageEvents(context)
  return {
    write(event) {
      if (event.kind === 'error') return streamedError(event.error, context)
      return message.write(event).map(sse).join('')
    },
  }
}

/** The events of one message, as objects. */
export function messageEvents(context: AnswerContext): { write(event: AnswerEvent): MessageEvent[] } {
  /** The first is the one being written. */
  let blocks: Block[] = []
  let index = 0
  let prompt: TokenVector | null = null
  let usage: TokenVector | null = null
  let finish: Finish | null = null
  let stopSequence: string | null = null
  let isRefusal = false

  function begin(kind: Block['kind'], start: object, call: number | null = null): Block {
    const block: Block = { kind, call, start, begun: false, waiting: [], json: '', closed: false }
    blocks.push(block)
    return block
  }

  /** The block that words of this kind go on with, or a new one. */
  function going(kind: 'text' | 'refusal' | 'thinking'): Block {
    const last = blocks.at(-1)
    if (last?.kind === kind && !last.closed) return last
    return begin(
      kind,
      kind === 'thinking' ? { type: 'thinking', thinking: '', signature: '' } : { type: 'text', text: '' },
    )
  }

  function take(event: AnswerEvent): void {
    switch (event.kind) {
      case 'text':
      case 'refusal':
        isRefusal ||= event.kind === 'refusal'
        if (event.text) going(event.kind).waiting.push({ type: 'text_delta', text: event.text })
        return
      case 'thinking':
        if (event.text) going('thinking').waiting.push({ type: 'thinking_delta', thinking: event.text })
        return
      case 'signature': {
        const thought = going('thinking')
        thought.waiting.push({ type: 'signature_delta', signature: event.signature })
        thought.closed = true
        return
      }
      case 'hidden thinking':
        begin('hidden thinking', { type: 'redacted_thinking', data: event.data })
        return
      case 'tool call': {
        const { call, id, name, signature } = event
        if (signature) begin('hidden thinking', { type: 'redacted_thinking', data: markedSignature(signature) })
        begin('tool call', { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } }, call)
        return
      }
      case 'tool arguments': {
        const block = blocks.find(({ call }) => call === event.call)
        if (!block || !event.json) return
        block.json += event.json
        block.waiting.push({ type: 'input_json_delta', partial_json: event.json })
        return
      }
      case 'finish':
        finish = event.reason
        stopSequence = event.stopSequence
        return
      case 'usage':
        usage = event.tokens
    }
  }

  /** Writes what can be written now: of the first block all, of those behind it what the ones before let through. */
  function drain(): MessageEvent[] {
    const out: MessageEvent[] = []
    for (let block = blocks[0]; block; block = blocks[0]) {
      if (!block.begun) out.push({ type: 'content_block_start', index, content_block: block.start })
      block.begun = true
      for (const delta of block.waiting) out.push({ type: 'content_block_delta', index, delta })
      block.waiting = []
      if (!mayEnd(block)) return out
      out.push({ type: 'content_block_stop', index })
      index += 1
      blocks = blocks.slice(1)
    }
    return out
  }

  function mayEnd(block: Block): boolean {
    if (finish || block.closed || block.kind === 'hidden thinking') return true
    return blocks.length > 1 && (block.kind !== 'tool call' || wholeObject(block.json) !== null)
  }

  function begun(model: string | null): MessageEvent[] {
    const usage = usageAtStart(prompt ?? { input: context.promptTokensEstimate })
    return [{ type: 'message_start', message: { ...emptyMessage(model, context), usage } }, { type: 'ping' }]
  }

  /** The usage that came last is true; where none came, what the start told of the prompt. */
  function ended(): MessageEvent[] {
    const delta = endOf(isRefusal ? 'refusal' : (finish ?? 'stop'), stopSequence)
    return [
      { type: 'message_delta', delta: { container: null, ...delta }, usage: usageOf(usage ?? prompt ?? {}) },
      { type: 'message_stop' },
    ]
  }

  return {
    write(event) {
      if (event.kind === 'start') {
        prompt = event.prompt
        return begun(event.model)
      }
      take(event)
      if (event.kind !== 'end') return drain()
      finish ??= 'stop'
      return [...drain(), ...ended()]
    },
  }
}

/**
 * Anthropic counts one output token at the start. Where the provider has not told the prompt yet, what it probably counts
 * stands there: Claude Code takes 0/0 for a broken answer, and every client reads the whole usage at the end.
 */
function usageAtStart(prompt: TokenVector): object {
  return usageOf({ ...prompt, output: 1 })
}

function sse(event: MessageEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
