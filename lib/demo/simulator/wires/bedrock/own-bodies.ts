/**
 * InvokeModel for models of other makers than Anthropic: Nova, Llama, Mistral and those like OpenAI’s chats, Titan and
 * Cohere. Each has a body and an answer of its own; a field that the maker does not know is refused, as there.
 */
import { answerText, BYTES_PER_TOKEN, wideAnswerText } from '#lib/demo/simulator/rules/answer-text.ts'
import { embeddingVector } from '#lib/demo/simulator/rules/embedding-vector.ts'
import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import { planGeneration, type Generation } from '#lib/demo/simulator/rules/plan-generation.ts'
import { promptTokensOf } from '#lib/demo/simulator/rules/prompt-tokens.ts'
import { readSteering, type Steering } from '#lib/demo/simulator/rules/steering.ts'
import type { Answer, CallRead } from '#lib/demo/simulator/wire.ts'
import { InvalidRequest, requireText } from '#lib/demo/simulator/wires/anthropic/request.ts'
import { errorBody } from '#lib/demo/simulator/wires/bedrock/errors.ts'
import { chunkFrames, FRAMES_TYPE } from '#lib/demo/simulator/wires/bedrock/frames.ts'

/** How one maker's models are asked and how they answer. */
type Maker = {
  readonly fields: readonly string[]
  /** All texts of the prompt; the last one steers. */
  texts(request: Members): readonly string[]
  readonly messages: boolean
  maximum(request: Members): unknown
  /** Where the API itself stops. */
  readonly usualMaximum: number | null
  /** An answer in one piece; of its usage only what this maker tells in the body. */
  whole(said: string, generation: Generation, isCut: boolean, tellsUsage: boolean): object
  /** A piece of a stream, and its end. */
  piece(said: string): object
  end(generation: Generation, isCut: boolean): object
}

const outputOf = ({ reasoning, visible }: Generation): number => reasoning + visible
const uncached = ({ prompt, cached, cacheWrite }: Generation): number => prompt - cached - cacheWrite

const nova: Maker = {
  fields: ['schemaVersion', 'system', 'messages', 'inferenceConfig', 'toolConfig'],
  messages: true,
  texts: ({ system, messages }) => [...blockTexts(system), ...messageTexts(messages)],
  maximum: ({ inferenceConfig: config }) =>
    isObject(config) ? (config.maxTokens ?? config.max_new_tokens) : undefined,
  usualMaximum: null,
  whole: (text, generation, isCut, tellsUsage) => ({
    output: { message: { content: [{ text }], role: 'assistant' } },
    stopReason: isCut ? 'max_tokens' : 'end_turn',
    ...(tellsUsage
      ? {
          usage: {
            inputTokens: uncached(generation),
            outputTokens: outputOf(generation),
            totalTokens: generation.prompt + outputOf(generation),
            cacheReadInputTokenCount: generation.cached,
            cacheWriteInputTokenCount: generation.cacheWrite,
          },
        }
      : {}),
  }),
  piece: (text) => ({ contentBlockDelta: { delta: { text }, contentBlockIndex: 0 } }),
  end: (_generation, isCut) => ({ messageStop: { stopReason: isCut ? 'max_tokens' : 'end_turn' } }),
}

const llama: Maker = {
  fields: ['prompt', 'max_gen_len', 'temperature', 'top_p', 'images'],
  messages: false,
  texts: ({ prompt }) => [requireText(prompt, 'prompt')],
  maximum: ({ max_gen_len: length }) => length,
  usualMaximum: 512,
  whole: (generation, counts, isCut, tellsUsage) => ({
    generation,
    ...(tellsUsage ? { prompt_token_count: counts.prompt, generation_token_count: outputOf(counts) } : {}),
    stop_reason: isCut ? 'length' : 'stop',
  }),
  piece: (generation) => ({ generation, prompt_token_count: null, generation_token_count: null, stop_reason: null }),
  end: (_counts, isCut) => ({ generation: '', stop_reason: isCut ? 'length' : 'stop' }),
}

/** Tells no usage in the body. */
const mistral: Maker = {
  fields: ['prompt', 'max_tokens', 'stop', 'temperature', 'top_p', 'top_k'],
  messages: false,
  texts: ({ prompt }) => [requireText(prompt, 'prompt')],
  maximum: ({ max_tokens: tokens }) => tokens,
  usualMaximum: null,
  whole: (text, _counts, isCut) => ({ outputs: [{ text, stop_reason: isCut ? 'length' : 'stop' }] }),
  piece: (text) => ({ outputs: [{ text, stop_reason: null }] }),
  end: (_counts, isCut) => ({ outputs: [{ text: '', stop_reason: isCut ? 'length' : 'stop' }] }),
}

const chat: Maker = {
  fields: [
    'messages',
    'max_tokens',
    'max_completion_tokens',
    'temperature',
    'top_p',
    'tools',
    'tool_choice',
    'stop',
    'n',
  ],
  messages: true,
  texts: ({ messages }) => messageTexts(messages),
  maximum: ({ max_completion_tokens: newer, max_tokens: older }) => newer ?? older,
  usualMaximum: null,
  whole: (content, { prompt, ...counts }, isCut, tellsUsage) => ({
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: isCut ? 'length' : 'stop' }],
    ...(tellsUsage
      ? {
          usage: {
            prompt_tokens: prompt,
            completion_tokens: outputOf({ prompt, ...counts }),
            total_tokens: prompt + outputOf({ prompt, ...counts }),
          },
        }
      : {}),
  }),
  piece: (content) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
  end: (_counts, isCut) => ({ choices: [{ index: 0, delta: {}, finish_reason: isCut ? 'length' : 'stop' }] }),
}

const titan: Maker = {
  fields: ['inputText', 'textGenerationConfig'],
  messages: false,
  texts: ({ inputText }) => [requireText(inputText, 'inputText')],
  maximum: ({ textGenerationConfig: config }) => (isObject(config) ? config.maxTokenCount : undefined),
  usualMaximum: 512,
  whole: (outputText, counts, isCut, tellsUsage) => ({
    ...(tellsUsage ? { inputTextTokenCount: counts.prompt } : {}),
    results: [
      {
        ...(tellsUsage ? { tokenCount: outputOf(counts) } : {}),
        outputText,
        completionReason: isCut ? 'LENGTH' : 'FINISH',
      },
    ],
  }),
  piece: (outputText) => ({ outputText, index: 0, completionReason: null }),
  end: (_counts, isCut) => ({ outputText: '', index: 0, completionReason: isCut ? 'LENGTH' : 'FINISH' }),
}

const makers: readonly (readonly [RegExp, Maker])[] = [
  [/amazon\.nova/, nova],
  [/meta\.llama/, llama],
  [/mistral\.(?:mistral-7b|mixtral)/, mistral],
  [/(?:mistral|openai|qwen|deepseek)\./, chat],
  [/amazon\.titan-(?:text|tg1)/, titan],
]

/** Null where the model is one of Anthropic's, or of a maker that is not known. */
export function readOwnBody(request: unknown, model: string, isStream: boolean): CallRead | null {
  const maker = makers.find(([name]) => name.test(model))?.[1]
  const isEmbedding = /amazon\.titan-embed|cohere\.embed/.test(model)
  if (!maker && !isEmbedding) return null
  try {
    if (!isObject(request)) throw new InvalidRequest('body', 'Expected an object')
    if (maker) return { kind: 'answer', answer: answerOf(maker, request, model, isStream) }
    if (isStream) throw new InvalidRequest('model', 'The model is unsupported for streaming.')
    return { kind: 'answer', answer: embed(request, model) }
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error
    return { kind: 'invalid', model, body: errorBody(400, error.message) }
  }
}

function answerOf(maker: Maker, request: Members, model: string, isStream: boolean): Answer {
  refuseUnknown(request, maker.fields)
  const texts = maker.texts(request)
  const { steering, textStart } = readSteering(texts.at(-1) ?? '')
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) - textStart
  const promptTokens = maker.messages ? promptTokensOf(bytes, texts.length) : Math.ceil(bytes / BYTES_PER_TOKEN)
  const maximum = readMaximum(maker.maximum(request)) ?? maker.usualMaximum
  const generation = planGeneration({ steering, promptTokens, choices: 1, maximum })
  const isCut = generation.withheld > 0
  const tellsUsage = steering.usage !== 'none'
  const said = (from: number, to: number) => textOf(steering, from, to)
  return {
    model,
    steering,
    generation,
    headers: tellsUsage ? countHeaders(generation) : [],
    body: () => JSON.stringify(maker.whole(said(0, generation.visible), generation, isCut, tellsUsage)),
    script: isStream
      ? () => ({
          open: '',
          events: (from, to) => event(maker.piece(said(from, to))),
          close: event({ ...maker.end(generation, isCut), ...(tellsUsage ? metricsOf(generation) : {}) }),
        })
      : null,
    scriptType: FRAMES_TYPE,
    encode: chunkFrames,
  }
}

/** Titan embeds one text; Cohere several, and says nothing of usage but in the head. */
function embed(request: Members, model: string): Answer {
  const isTitan = model.includes('titan')
  refuseUnknown(
    request,
    isTitan
      ? ['inputText', 'dimensions', 'normalize', 'embeddingTypes']
      : ['texts', 'input_type', 'truncate', 'embedding_types'],
  )
  const texts = isTitan ? [requireText(request.inputText, 'inputText')] : listOf(request.texts, 'texts').map(String)
  if (!isTitan) requireText(request.input_type, 'input_type')
  const { steering, textStart } = readSteering(texts.at(-1) ?? '')
  texts.push(texts.pop()!.slice(textStart))
  const promptTokens = texts.reduce((sum, text) => sum + Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN), 0)
  const generation = planGeneration({ steering, promptTokens, choices: 1, maximum: 0 })
  const dimensions = typeof request.dimensions === 'number' ? request.dimensions : 1024
  const vectors = () => texts.map((text) => [...embeddingVector(text, dimensions)])
  const tellsUsage = steering.usage !== 'none'
  return {
    model,
    steering,
    generation,
    headers: tellsUsage ? countHeaders(generation) : [],
    body: ({ id }) =>
      JSON.stringify(
        isTitan
          ? { embedding: vectors()[0], ...(tellsUsage ? { inputTextTokenCount: generation.prompt } : {}) }
          : { id, texts, embeddings: vectors(), response_type: 'embeddings_floats' },
      ),
    script: null,
  }
}

function refuseUnknown(request: Members, known: readonly string[]): void {
  const unknown = Object.keys(request).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new InvalidRequest(unknown, 'extraneous key is not permitted')
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value
  throw new InvalidRequest(path, 'Expected a list that is not empty')
}

/** One text a message, whether it comes plain or in blocks. */
function messageTexts(messages: unknown): string[] {
  return listOf(messages, 'messages').map((message) => {
    const content = isObject(message) ? message.content : null
    return typeof content === 'string' ? content : blockTexts(content).join('')
  })
}

function blockTexts(blocks: unknown): string[] {
  if (!Array.isArray(blocks)) return []
  return blocks.flatMap((block) => (isObject(block) && typeof block.text === 'string' ? [block.text] : []))
}

function readMaximum(value: unknown): number | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value
  throw new InvalidRequest('body', 'The output maximum must be an integer of 1 or more')
}

function textOf({ garbage }: Steering, from: number, to: number): string {
  return garbage === 'split' ? wideAnswerText(from, to) : answerText(0, from, to)
}

/** Bedrock's own counts, beside any model's answer. */
export function countHeaders(generation: Generation): string[] {
  return [
    'x-amzn-bedrock-input-token-count',
    String(uncached(generation)),
    'x-amzn-bedrock-output-token-count',
    String(outputOf(generation)),
  ]
}

/** The same in the last event of a stream. */
export function metricsOf(generation: Generation): Members {
  return {
    'amazon-bedrock-invocationMetrics': {
      inputTokenCount: uncached(generation),
      outputTokenCount: outputOf(generation),
      invocationLatency: 1,
      firstByteLatency: 1,
      cacheReadInputTokenCount: generation.cached,
      cacheWriteInputTokenCount: generation.cacheWrite,
    },
  }
}

function event(members: object): string {
  return `event: chunk\ndata: ${JSON.stringify(members)}\n\n`
}
