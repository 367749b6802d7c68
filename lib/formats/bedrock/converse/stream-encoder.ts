/** A neutral stream as Converse's frames: Anthropic's events under other names, so those are made and renamed. */
import type { TokenVector } from '#lib/catalog/contract.ts'
import { messageEvents, type MessageEvent } from '#lib/formats/anthropic/messages/stream-encoder.ts'
import { streamedException } from '#lib/formats/bedrock/converse/errors.ts'
import { stopReasonOf } from '#lib/formats/bedrock/converse/stop-reasons.ts'
import { metricsOf, redacted } from '#lib/formats/bedrock/converse/write-answer.ts'
import { usageOf } from '#lib/formats/bedrock/converse/write-usage.ts'
import { writeFrame } from '#lib/formats/bedrock/frames.ts'
import type { AnswerContext, Finish, StreamEncoder } from '#lib/formats/neutral.ts'

export function streamEncoder(context: AnswerContext): StreamEncoder {
  const message = messageEvents(context)
  let tokens: TokenVector = {}
  let finish: Finish = 'stop'
  let isRefusal = false

  function framesOf(event: MessageEvent): Buffer[] {
    switch (event.type) {
      case 'message_start':
        return [writeFrame('event', 'messageStart', { role: 'assistant' })]
      case 'content_block_start':
        return started(event.index as number, event.content_block as Block)
      case 'content_block_delta':
        return [delta(event.index as number, deltaOf(event.delta as Delta))]
      case 'content_block_stop':
        return [writeFrame('event', 'contentBlockStop', { contentBlockIndex: event.index })]
      case 'message_delta':
        return [writeFrame('event', 'messageStop', { stopReason: stopReasonOf(isRefusal ? 'refusal' : finish) })]
      case 'message_stop':
        return [writeFrame('event', 'metadata', { usage: usageOf(tokens), metrics: metricsOf(context) })]
      default:
        return []
    }
  }

  return {
    write(event) {
      if (event.kind === 'error') return streamedException(event.error)
      if (event.kind === 'start') tokens = event.prompt ?? {}
      if (event.kind === 'usage') tokens = event.tokens
      if (event.kind === 'finish') finish = event.reason
      isRefusal ||= event.kind === 'refusal'
      return Buffer.concat(message.write(event).flatMap(framesOf))
    },
  }
}

type Block = { readonly type: string; readonly id: string; readonly name: string; readonly data: string }
type Delta = {
  readonly type: string
  readonly text: string
  readonly thinking: string
  readonly signature: string
  readonly partial_json: string
}

/** Only a call's beginning is told; of hidden thoughts there is nothing more to come. */
function started(index: number, { type, id, name, data }: Block): Buffer[] {
  if (type === 'tool_use') {
    const start = { toolUse: { toolUseId: id, name } }
    return [writeFrame('event', 'contentBlockStart', { contentBlockIndex: index, start })]
  }
  return type === 'redacted_thinking' ? [delta(index, { reasoningContent: { redactedContent: redacted(data) } })] : []
}

function deltaOf({ type, text, thinking, signature, partial_json: input }: Delta): object {
  switch (type) {
    case 'thinking_delta':
      return { reasoningContent: { text: thinking } }
    case 'signature_delta':
      return { reasoningContent: { signature } }
    case 'input_json_delta':
      return { toolUse: { input } }
    default:
      return { text }
  }
}

function delta(index: number, content: object): Buffer {
  return writeFrame('event', 'contentBlockDelta', { contentBlockIndex: index, delta: content })
}
