/** Neutral events as a stream of chat completion chunks. */
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerContext, AnswerEvent, StreamEncoder } from '#lib/formats/neutral.ts'
import { errorObject } from '#lib/formats/openai/chat/errors.ts'
import {
  completionHead,
  finishReason,
  thinkingBlock,
  toolCallOf,
  usageOf,
} from '#lib/formats/openai/chat/write-answer.ts'

export function streamEncoder(context: AnswerContext): StreamEncoder {
  let model = context.upstreamModel
  let tokens: TokenVector | null = null
  /** The thought so far: a block with its signature has all of it. */
  let thought = ''

  function chunk(choices: readonly object[], usage: object | null): string {
    const head = { ...completionHead(context), object: 'chat.completion.chunk', model }
    return event({ ...head, choices, ...(context.wantsUsage && { usage }) })
  }

  function delta(said: object, finish: string | null = null): string {
    return chunk([{ index: 0, delta: said, logprobs: null, finish_reason: finish }], null)
  }

  function write(answer: AnswerEvent): string {
    if (afterThought.has(answer.kind)) thought = ''
    switch (answer.kind) {
      case 'start':
        model = answer.model ?? model
        return delta({ role: 'assistant', content: '', refusal: null })
      case 'text':
        return delta({ content: answer.text })
      case 'refusal':
        return delta({ refusal: answer.text })
      case 'thinking':
        thought += answer.text
        return delta({ reasoning_content: answer.text })
      case 'signature': {
        const block = thinkingBlock({ kind: 'thinking', text: thought, signature: answer.signature })
        thought = ''
        return delta({ thinking_blocks: [block] })
      }
      case 'hidden thinking':
        return delta({ thinking_blocks: [thinkingBlock(answer)] })
      case 'tool call':
        return delta({ tool_calls: [{ index: answer.call, ...toolCallOf({ ...answer, arguments: '' }) }] })
      case 'tool arguments':
        return delta({ tool_calls: [{ index: answer.call, function: { arguments: answer.json } }] })
      case 'finish':
        return delta({}, finishReason[answer.reason])
      case 'usage':
        tokens = answer.tokens
        return ''
      case 'error':
        return event(errorObject(answer.error))
      case 'end':
        return (context.wantsUsage && tokens ? chunk([], usageOf(tokens)) : '') + 'data: [DONE]\n\n'
    }
  }

  return { write }
}

/** What ends a thought that no signature ends. */
const afterThought: ReadonlySet<AnswerEvent['kind']> = new Set(['text', 'refusal', 'hidden thinking', 'tool call'])

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`
}
