/** Reads what the gateway must know of Gemini requests; everything else passes untouched. The address names the model. */
import * as z from 'zod'
import type { Addressed, Operation, ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { fieldsOf, isFields, listed, namedTwice, type Fields } from '#lib/formats/gemini/fields.ts'
import {
  promptTokensEstimate,
  tokensBeyondBytes,
  tokensOfAContext,
  tokensOfTools,
  type Content,
} from '#lib/formats/gemini/prompt.ts'
import { referenceInEmbedding, referenceInGenerate } from '#lib/formats/gemini/stored-state.ts'
import { storedReference } from '#lib/formats/stored-state.ts'

const wholeNumber = (most: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value),
    z.int().min(1).max(most),
  )
const listOf = <Item extends z.ZodType>(item: Item) => z.preprocess(listed, z.array(item))

// Which roles and parts there are is the provider's to say: newer ones than we know pass.
const content = z.looseObject({ parts: listOf(z.looseObject({})).nullish() })
const contents = z.preprocess(listed, z.array(content).min(1))

const generate = z.looseObject({
  contents,
  systemInstruction: content.optional(),
  // More than any model gives: a call's hold is counted from it, and must stay a number that money can have.
  generationConfig: z
    .looseObject({
      maxOutputTokens: wholeNumber(1_000_000_000).optional(),
      candidateCount: wholeNumber(128).optional(),
    })
    .optional(),
  cachedContent: z.string().optional(),
})
const embed = z.looseObject({ content })
const batch = z.looseObject({ requests: z.preprocess(listed, z.array(embed).min(1)) })
const predict = z.looseObject({ instances: z.array(z.looseObject({ content: z.string() })).min(1) })

export function parse(operation: Operation, body: unknown, { model, stream }: Addressed): ParsedRequest | ParseProblem {
  if (model === null) return { problem: 'The address names no model.', param: 'model' }
  if (!isFields(body)) return { problem: 'The body must be a JSON object.', param: null }
  const problem = spelledTwice(body) ?? otherModel(body, model)
  if (problem) return problem
  const read = readers[operation]?.(readable(body))
  if (!read) return { problem: `${operation} is no call of this format.`, param: null }
  if ('problem' in read) return read
  // The stream always tells its usage, and its clients always read it.
  return { ...read, model, stream, wantsStreamUsage: true }
}

type Read = Omit<ParsedRequest, 'model' | 'stream' | 'wantsStreamUsage'> | ParseProblem

const readers: Partial<Record<Operation, (fields: Fields) => Read>> = {
  generateContent: readGenerate,
  // Counting has no output; what is counted is the contents, or a whole request.
  countTokens(fields) {
    const read = readGenerate(
      isFields(fields.generateContentRequest) ? readable(fields.generateContentRequest) : fields,
    )
    return 'problem' in read ? read : { ...read, outputMaximum: 0, choices: 1 }
  },
  embedContent: (fields) => readEmbeddings(fields, embed.safeParse(fields), (one) => [one.content]),
  batchEmbedContents: (fields) =>
    readEmbeddings(fields, batch.safeParse(fields), ({ requests }) => requests.map((request) => request.content)),
  predict: (fields) =>
    readEmbeddings(fields, predict.safeParse(fields), ({ instances }) =>
      instances.map(({ content: text }) => ({ parts: [{ text }] })),
    ),
}

function readGenerate(fields: Fields): Read {
  const parsed = generate.safeParse(fields)
  if (!parsed.success) return problemOf(parsed.error)
  const { generationConfig, systemInstruction, cachedContent } = parsed.data
  const prompt = [...(systemInstruction ? [systemInstruction] : []), ...parsed.data.contents]
  return {
    outputMaximum: generationConfig?.maxOutputTokens ?? null,
    choices: generationConfig?.candidateCount ?? 1,
    promptTokensEstimate: promptTokensEstimate(prompt),
    tokensBeyondBytes: tokensBeyondBytes(prompt) + tokensOfTools(fields.tools) + (cachedContent ? tokensOfAContext : 0),
    ...storedReference(referenceInGenerate(fields)),
  }
}

function readEmbeddings<Data>(
  fields: Fields,
  parsed: z.ZodSafeParseResult<Data>,
  contentsOf: (data: Data) => readonly Content[],
): Read {
  if (!parsed.success) return problemOf(parsed.error)
  const prompt = contentsOf(parsed.data)
  return {
    outputMaximum: 0,
    choices: 1,
    promptTokensEstimate: promptTokensEstimate(prompt),
    tokensBeyondBytes: tokensBeyondBytes(prompt),
    ...storedReference(referenceInEmbedding(fields)),
  }
}

/** By names in camel case, as deep as anything is decided. */
function readable(body: Fields): Fields {
  const fields = fieldsOf(body)
  const { generationConfig } = fields
  return isFields(generationConfig) ? { ...fields, generationConfig: fieldsOf(generationConfig) } : fields
}

function spelledTwice(body: Fields): ParseProblem | null {
  const { generationConfig, generateContentRequest } = fieldsOf(body)
  const counted = isFields(generateContentRequest) ? generateContentRequest : {}
  const deciding: readonly [string, unknown][] = [
    ['', body],
    ['generationConfig.', generationConfig],
    ['generateContentRequest.', counted],
    ['generateContentRequest.generationConfig.', fieldsOf(counted).generationConfig],
  ]
  for (const [at, message] of deciding) {
    const name = isFields(message) ? namedTwice(message) : null
    if (name !== null) return { problem: `${at}${name} is given in two spellings.`, param: at + name }
  }
  return null
}

/** Bodies may name the model again. What was allowed and is paid for is the one in the address. */
function otherModel(body: Fields, model: string): ParseProblem | null {
  const { model: named, requests, generateContentRequest } = fieldsOf(body)
  const places: [string, unknown][] = [['model', named]]
  if (isFields(generateContentRequest)) places.push(['generateContentRequest.model', generateContentRequest.model])
  const list = listed(requests)
  if (Array.isArray(list)) {
    list.forEach((one, i) => places.push([`requests.${i}.model`, isFields(one) ? one.model : undefined]))
  }
  // An empty text is to protocol buffers what a missing one is.
  const other = places.find(([, name]) => name != null && name !== '' && name !== model && name !== `models/${model}`)
  return other ? { problem: `${other[0]} must be models/${model}, the model of the address.`, param: other[0] } : null
}

function problemOf(error: z.ZodError): ParseProblem {
  const issue = error.issues[0]!
  const param = issue.path.map(String).join('.') || null
  const message = issue.code === 'invalid_type' && issue.input === undefined ? 'Field required' : issue.message
  return { problem: param ? `${param}: ${message}` : message, param }
}
