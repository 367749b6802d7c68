/** Gemini's embeddings as callers speak them: of one text, and of many. */
import type { EmbeddingAnswer, EmbeddingCaller, EmbeddingInput, Setting } from '#lib/formats/embeddings/neutral.ts'
import { writeError } from '#lib/formats/gemini/exchange/errors.ts'
import { Message } from '#lib/formats/gemini/exchange/message.ts'

export const embedContentCaller: EmbeddingCaller = {
  readRequest: (body) => ({ inputs: [readInput(new Message(body, ''))], leftOut: [] }),
  writeAnswer: ({ vectors: [values], tokens }) => JSON.stringify({ embedding: { values }, ...usageOf(tokens) }),
  writeError,
}

export const batchEmbedContentsCaller: EmbeddingCaller = {
  readRequest(body) {
    const batch = new Message(body, '')
    batch.take('model')
    const inputs = batch.messages('requests').map(readInput)
    batch.end()
    return { inputs, leftOut: [] }
  },
  writeAnswer: ({ vectors, tokens }) =>
    JSON.stringify({ embeddings: vectors.map((values) => ({ values })), ...usageOf(tokens) }),
  writeError,
}

function readInput(request: Message): EmbeddingInput {
  // Known to be the model of the address.
  request.take('model')
  const content = request.message('content')
  const text = content ? textOf(content) : ''
  const task = settingOf(request, 'taskType', request.text('taskType'))
  const title = settingOf(request, 'title', request.text('title'))
  const dimensions = settingOf(request, 'outputDimensionality', request.number('outputDimensionality'))
  request.end()
  const isTask = task !== null && task.value !== 'TASK_TYPE_UNSPECIFIED'
  return { text, at: request.path('content'), dimensions, taskType: isTask ? task : null, title }
}

/** One vector is made of all parts together. */
function textOf(content: Message): string {
  content.take('role')
  const texts = content.messages('parts').map((part) => {
    const text = part.text('text')
    part.end()
    return text ?? ''
  })
  content.end()
  return texts.join('')
}

/** An empty value is to protocol buffers what a missing one is. */
function settingOf<Value>(request: Message, name: string, value: Value | undefined): Setting<Value> | null {
  return value === undefined || value === '' || value === 0 ? null : { value, at: request.path(name) }
}

function usageOf(tokens: EmbeddingAnswer['tokens']): object {
  return tokens ? { usageMetadata: { promptTokenCount: tokens.input ?? 0, totalTokenCount: tokens.input ?? 0 } } : {}
}
