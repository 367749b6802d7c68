/**
 * Bodies of InvokeModel. Each maker has made up its own, and they are told apart by their fields
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html). One that is not known here cannot be held to
 * a budget, and is refused.
 */
import * as z from 'zod'
import { parse as parseMessages } from '#lib/formats/anthropic/parse.ts'
import { promptTokensEstimate, tokensBeyondBytes } from '#lib/formats/bedrock/prompt.ts'
import type { Addressed, ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { NotCarried } from '#lib/formats/neutral.ts'
import { parse as parseChat } from '#lib/formats/openai/parse.ts'
import { tokensOfText } from '#lib/formats/openai/fields.ts'

type Fields = Readonly<Record<string, unknown>>

type Family = {
  recognises(fields: Fields): boolean
  /** Names of the models that have such a body. */
  readonly models: RegExp
  parse(fields: Fields, addressed: Addressed & { readonly model: string }): ParsedRequest | ParseProblem
  /** The fields that tell an output maximum. Throws NotCarried where it is not known how the model is told. */
  withMaximum(fields: Fields, maximum: number, upstreamModel: string): Fields
}

/** Null where the body is of no maker that is known. */
export function familyOf(fields: Fields): Family | null {
  return families.find((family) => family.recognises(fields)) ?? null
}

/** `maker.model` stands in the id of every model and of most inference profiles. */
const namesItsMaker = /(?:^|[./])[a-z0-9]+\.[a-z]/

/**
 * Throws NotCarried where the model is known to have another body. A provider that looks at no fields but its own would not
 * see the output maximum that the call's hold was counted from.
 */
export function refuseForeign(fields: Fields, family: Family, upstreamModel: string): void {
  if (!namesItsMaker.test(upstreamModel) || family.models.test(upstreamModel)) return
  throw new NotCarried(Object.keys(fields)[0]!, 'the body is that of another maker’s models')
}

// More than any model gives: a call's hold is counted from it, and must stay a number that money can have.
const maximum = z.int().min(1).max(1_000_000_000).nullish()
const refused = (why: string) => z.null(why).optional()
const block = z.looseObject({})

const anthropic: Family = {
  recognises: ({ anthropic_version: version }) => typeof version === 'string',
  models: /anthropic\./,
  parse: (fields, { model, stream }) => parseMessages('messages', { ...fields, stream: null }, { model, stream }),
  withMaximum: (_fields, tokens) => ({ max_tokens: tokens }),
}

const novaBody = z.looseObject({
  messages: z.array(z.looseObject({ role: z.string(), content: z.array(block) })).min(1),
  system: z.array(block).nullish(),
  inferenceConfig: z.looseObject({ maxTokens: maximum, max_new_tokens: maximum }).nullish(),
})

/** Converse's blocks, but not its name for every setting. */
const nova: Family = {
  recognises: ({ messages, inferenceConfig, schemaVersion }) =>
    Array.isArray(messages) &&
    (isObject(inferenceConfig) || schemaVersion !== undefined || messages.some(hasNovasBlocks)),
  models: /amazon\.nova/,
  parse(fields, addressed) {
    const parsed = novaBody.safeParse(fields)
    if (!parsed.success) return problemOf(parsed.error)
    const { messages, system, inferenceConfig } = parsed.data
    const contents = [system ?? [], ...messages.map(({ content }) => content)]
    return {
      ...asText(addressed),
      outputMaximum: larger(inferenceConfig?.maxTokens, inferenceConfig?.max_new_tokens),
      promptTokensEstimate: promptTokensEstimate(contents),
      tokensBeyondBytes: tokensBeyondBytes(contents),
    }
  },
  withMaximum: ({ inferenceConfig }, tokens) => ({
    inferenceConfig: { ...asObject(inferenceConfig), maxTokens: tokens },
  }),
}

/** What several makers have copied from OpenAI: Mistral, DeepSeek, Qwen, AI21, and OpenAI itself. */
const chat: Family = {
  recognises: ({ messages }) => Array.isArray(messages),
  models: /^(?!.*(?:amazon|anthropic|cohere|meta)\.)/,
  parse(fields, { model, stream }) {
    const read = parseChat('chat', { ...fields, model, stream: null, stream_options: null })
    if ('problem' in read) return read
    const { max_tokens: older, max_completion_tokens: newer } = fields as Readonly<Record<string, number | null>>
    return { ...read, stream, outputMaximum: larger(older, newer), wantsStreamUsage: true }
  },
  withMaximum: (_fields, tokens, upstreamModel) =>
    upstreamModel.includes('openai.') ? { max_completion_tokens: tokens } : { max_tokens: tokens },
}

const promptBody = z.looseObject({
  prompt: z.string().min(1),
  max_gen_len: maximum,
  max_tokens: maximum,
  images: z.array(z.unknown()).nullish(),
  max_tokens_to_sample: refused('Anthropic’s older bodies are not taken: send messages with anthropic_version.'),
  num_generations: refused('One answer a call.'),
})

/** The most that a picture can become at Llama: four tiles and an overview of 1,601 tokens each. */
const tokensOfLlamasImage = 8_005

function parsePrompt(fields: Fields, addressed: Addressed & { readonly model: string }): ParsedRequest | ParseProblem {
  const parsed = promptBody.safeParse(fields)
  if (!parsed.success) return problemOf(parsed.error)
  const { prompt: text, images, max_gen_len: length, max_tokens: tokens } = parsed.data
  return {
    ...asText(addressed),
    outputMaximum: larger(length, tokens),
    promptTokensEstimate: tokensOfText(text),
    tokensBeyondBytes: (images?.length ?? 0) * tokensOfLlamasImage,
  }
}

const llama: Family = {
  recognises: ({ prompt: text, max_gen_len: length }) => typeof text === 'string' && length != null,
  models: /meta\./,
  parse: parsePrompt,
  withMaximum: (_fields, tokens) => ({ max_gen_len: tokens }),
}

/** Of the older models of Mistral and others; and where no maximum is named, Llama’s too. */
const prompt: Family = {
  recognises: (fields) => typeof fields.prompt === 'string',
  models: /^(?!.*(?:amazon|anthropic|cohere)\.)/,
  parse: parsePrompt,
  withMaximum(_fields, tokens, upstreamModel) {
    if (/llama/i.test(upstreamModel)) return { max_gen_len: tokens }
    if (namesItsMaker.test(upstreamModel)) return { max_tokens: tokens }
    // The id of an inference profile tells no maker, and each has another name for it.
    throw new NotCarried('prompt', 'a hard budget applies and neither max_gen_len nor max_tokens is named')
  },
}

const titanBody = z.looseObject({
  inputText: z.string(),
  textGenerationConfig: z.looseObject({ maxTokenCount: maximum }),
})

const titan: Family = {
  recognises: ({ textGenerationConfig }) => isObject(textGenerationConfig),
  models: /amazon\.titan/,
  parse(fields, addressed) {
    const parsed = titanBody.safeParse(fields)
    if (!parsed.success) return problemOf(parsed.error)
    const { inputText, textGenerationConfig } = parsed.data
    return {
      ...asText(addressed),
      outputMaximum: textGenerationConfig.maxTokenCount ?? null,
      outputDefault: 512,
      promptTokensEstimate: tokensOfText(inputText),
      tokensBeyondBytes: 0,
    }
  },
  withMaximum: ({ textGenerationConfig }, tokens) => ({
    textGenerationConfig: { ...asObject(textGenerationConfig), maxTokenCount: tokens },
  }),
}

const pictures = refused('Pictures are priced one by one, and the gateway cannot count them: send texts.')
const titanEmbedBody = z.looseObject({ inputText: z.string().min(1), inputImage: pictures })

/** Titan's models for texts know the field too, but are told how to write in another. */
const titanEmbed: Family = {
  recognises: ({ inputText }) => inputText !== undefined,
  models: /amazon\.titan-embed/,
  parse(fields, addressed) {
    const parsed = titanEmbedBody.safeParse(fields)
    return parsed.success ? asEmbeddings(addressed, [parsed.data.inputText]) : problemOf(parsed.error)
  },
  withMaximum: () => ({}),
}

const cohereEmbedBody = z.looseObject({
  texts: z.array(z.string()).min(1),
  images: pictures,
  inputs: pictures,
})

const cohereEmbed: Family = {
  recognises: ({ texts, input_type: type }) => texts !== undefined || type !== undefined,
  models: /cohere\.embed/,
  parse(fields, addressed) {
    const parsed = cohereEmbedBody.safeParse(fields)
    return parsed.success ? asEmbeddings(addressed, parsed.data.texts) : problemOf(parsed.error)
  },
  withMaximum: () => ({}),
}

/** Where two would take a body, the first has it. */
const families: readonly Family[] = [anthropic, nova, chat, llama, prompt, titan, titanEmbed, cohereEmbed]

/** What a call for text has in common. Its stream always tells its usage, and its clients always read it. */
function asText({ model, stream }: Addressed & { readonly model: string }) {
  return { model, stream, choices: 1, wantsStreamUsage: true }
}

function asEmbeddings(
  { model, stream }: Addressed & { readonly model: string },
  texts: readonly string[],
): ParsedRequest | ParseProblem {
  if (stream) return { problem: 'Embeddings come in one piece: call invoke.', param: null }
  return {
    ...asText({ model, stream }),
    endpoint: 'embeddings',
    outputMaximum: 0,
    promptTokensEstimate: texts.reduce((tokens, text) => tokens + tokensOfText(text), 0),
    tokensBeyondBytes: 0,
  }
}

/** A block of Nova's is an object of one member, which says what it is; all others have a type. */
function hasNovasBlocks(message: unknown): boolean {
  const content = isObject(message) ? message.content : null
  return Array.isArray(content) && content.length > 0 && content.every((one) => isObject(one) && one.type === undefined)
}

/** Where both names are given, nobody says which one the model takes. */
function larger(one: number | null | undefined, other: number | null | undefined): number | null {
  return one == null && other == null ? null : Math.max(one ?? 0, other ?? 0)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asObject(value: unknown): Fields {
  return isObject(value) ? value : {}
}

/** "textGenerationConfig.maxTokenCount: Too small …" */
export function problemOf(error: z.ZodError): ParseProblem {
  const issue = error.issues[0]!
  const param = issue.path.map(String).join('.') || null
  const message = issue.code === 'invalid_type' && issue.input === undefined ? 'Field required' : issue.message
  return { problem: param ? `${param}: ${message}` : message, param }
}
