/** Reads what the gateway must know of Messages requests; everything else passes untouched. */
import * as z from 'zod'
import type { Addressed, Operation, ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { referenceInMessages } from '#lib/formats/anthropic/stored-state.ts'
import { storedReference } from '#lib/formats/stored-state.ts'

/**
 * The most prompt tokens that one image can become: pictures are scaled down to 1,568 pixels on the longer edge, and a
 * token covers 750 pixels.
 */
const tokensOfAnImage = 3_300
/** A document by reference can be as long as the largest context that we know of. */
const tokensOfADocument = 1_050_000

const block = z.looseObject({ type: z.string() })

// Which roles there are is the provider's to say: newer ones than we know pass.
const count = z.looseObject({
  model: z.string().min(1).max(256),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(block)]) })).min(1),
  system: z.union([z.string(), z.array(block)]).nullish(),
})

const messages = count.extend({
  // More than any model gives: a call's hold is counted from it, and must stay a number that money can have.
  max_tokens: z.int().min(1).max(1_000_000_000),
  stream: z.boolean().nullish(),
})

/** Where the address names a model, as other clouds' addresses do, the body's is not looked at. */
export function parse(operation: Operation, body: unknown, addressed: Addressed): ParsedRequest | ParseProblem {
  const request = addressed.model === null ? body : { ...(body as object), model: addressed.model }
  return operation === 'count_tokens' ? parseCount(request) : parseMessages(request, addressed.stream)
}

function parseMessages(body: unknown, streamed: boolean): ParsedRequest | ParseProblem {
  const parsed = messages.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const { stream, max_tokens: outputMaximum } = parsed.data
  return { ...promptOf(parsed.data), stream: streamed || stream === true, outputMaximum }
}

/** Counting has no output, and no stream. */
function parseCount(body: unknown): ParsedRequest | ParseProblem {
  const parsed = count.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  return { ...promptOf(parsed.data), stream: false, outputMaximum: 0 }
}

function promptOf(request: z.infer<typeof count>): Omit<ParsedRequest, 'stream' | 'outputMaximum'> {
  const contents = [request.system ?? [], ...request.messages.map(({ content }) => content)]
  return {
    model: request.model,
    choices: 1,
    promptTokensEstimate: Math.ceil(textBytes(contents) / 4) + 3 * request.messages.length + 3,
    tokensBeyondBytes: tokensBeyondBytes(contents),
    // The stream always tells its usage, and its clients always read it.
    wantsStreamUsage: true,
    ...storedReference(referenceInMessages(request)),
  }
}

/** In Anthropic's words where a field is missing: "max_tokens: Field required". */
function problemOf(error: z.ZodError): ParseProblem {
  const issue = error.issues[0]!
  const param = issue.path.map(String).join('.') || null
  const message = issue.code === 'invalid_type' && issue.input === undefined ? 'Field required' : issue.message
  return { problem: param ? `${param}: ${message}` : message, param }
}

type Content = string | readonly { readonly type: string; readonly [field: string]: unknown }[]

/** Text of blocks, and of the blocks inside tool results. */
function textBytes(contents: readonly Content[]): number {
  let bytes = 0
  for (const content of contents) {
    if (typeof content === 'string') bytes += Buffer.byteLength(content)
    else {
      for (const { text, content: inner } of content) {
        if (typeof text === 'string') bytes += Buffer.byteLength(text)
        if (isContent(inner)) bytes += textBytes([inner])
      }
    }
  }
  return bytes
}

// Text and inline data are bounded by their bytes. A picture of one colour is a short file of many tokens, and what is
// only referred to is no more than its name.
function tokensBeyondBytes(contents: readonly Content[]): number {
  let tokens = 0
  for (const content of contents) {
    if (typeof content === 'string') continue
    for (const { type, source, content: inner } of content) {
      if (type === 'image') tokens += tokensOfAnImage
      if (type === 'document' && isReference(source)) tokens += tokensOfADocument
      if (isContent(inner)) tokens += tokensBeyondBytes([inner])
    }
  }
  return tokens
}

function isContent(value: unknown): value is Content {
  if (typeof value === 'string') return true
  return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)
}

function isReference(source: unknown): boolean {
  const type = typeof source === 'object' && source !== null && 'type' in source ? source.type : null
  return type === 'url' || type === 'file'
}
