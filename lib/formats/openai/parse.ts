/** Reads what the gateway must know of OpenAI request bodies; everything else passes untouched. */
import * as z from 'zod'
import type { Operation, ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { referenceInChat } from '#lib/formats/openai/chat/stored-state.ts'
import { storedReference } from '#lib/formats/stored-state.ts'
import { parseCompletion } from '#lib/formats/openai/completions/parse.ts'
import {
  modelName,
  outputMaximum,
  problemOf,
  streamOptions,
  tokensOfAContext,
  tokensOfAnImage,
  tokensOfText,
} from '#lib/formats/openai/fields.ts'
import { parseImage } from '#lib/formats/openai/images/parse.ts'
import { parseModeration } from '#lib/formats/openai/moderations/parse.ts'
import { parseResponse } from '#lib/formats/openai/responses/parse.ts'
import { parseSpeech } from '#lib/formats/openai/speech/parse.ts'
import { parseTranscription } from '#lib/formats/openai/transcriptions/parse.ts'

const chat = z.looseObject({
  model: modelName,
  // An assistant's message that calls tools may have no content at all.
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown().optional() })).min(1),
  stream: z.boolean().nullish(),
  stream_options: streamOptions,
  max_tokens: outputMaximum,
  max_completion_tokens: outputMaximum,
  n: z.int().min(1).max(128).nullish(),
  // Azure would search with its own identity, not the caller's, and add what it finds to the prompt.
  data_sources: z.null('The gateway does not pass it on: it would read with the provider’s rights.').optional(),
})

const embeddings = z.looseObject({
  model: modelName,
  input: z.union([
    z.string().min(1),
    z.array(z.string()).min(1),
    z.array(z.int()).min(1),
    z.array(z.array(z.int()).min(1)).min(1),
  ]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
})

export function parse(operation: Operation, body: unknown): ParsedRequest | ParseProblem {
  switch (operation) {
    case 'responses':
      return parseResponse(body)
    case 'completions':
      return parseCompletion(body)
    case 'embeddings':
      return parseEmbeddings(body)
    case 'moderations':
      return parseModeration(body)
    case 'images':
      return parseImage(body)
    case 'speech':
      return parseSpeech(body)
    case 'transcriptions':
      return parseTranscription(body)
    default:
      return parseChat(body)
  }
}

function parseChat(body: unknown): ParsedRequest | ParseProblem {
  const parsed = chat.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const request = parsed.data
  return {
    model: request.model,
    stream: request.stream === true,
    outputMaximum: request.max_completion_tokens ?? request.max_tokens ?? null,
    choices: request.n ?? 1,
    promptTokensEstimate: promptTokensEstimate(request.messages),
    tokensBeyondBytes: tokensBeyondBytes(request.messages),
    wantsStreamUsage: request.stream_options?.include_usage === true,
    ...storedReference(referenceInChat(request)),
  }
}

function parseEmbeddings(body: unknown): ParsedRequest | ParseProblem {
  const parsed = embeddings.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  return {
    model: parsed.data.model,
    stream: false,
    outputMaximum: 0,
    choices: 1,
    promptTokensEstimate: inputTokensEstimate(parsed.data.input),
    tokensBeyondBytes: 0,
    wantsStreamUsage: false,
  }
}

type Message = { readonly content?: unknown }
type Part = { readonly type?: unknown; readonly text?: unknown; readonly file?: { readonly file_id?: unknown } } | null

/** Four bytes a token, three tokens of framing a message and three for the answer's start (OpenAI's cookbook). */
function promptTokensEstimate(messages: readonly Message[]): number {
  let bytes = 0
  for (const { content } of messages) {
    if (typeof content === 'string') bytes += Buffer.byteLength(content)
    else if (Array.isArray(content)) {
      for (const part of content as Part[]) {
        if (typeof part?.text === 'string') bytes += Buffer.byteLength(part.text)
      }
    }
  }
  return Math.ceil(bytes / 4) + 3 * messages.length + 3
}

function inputTokensEstimate(input: string | readonly (string | number | readonly number[])[]): number {
  if (typeof input === 'string') return tokensOfText(input)
  let tokens = 0
  for (const item of input) {
    if (typeof item === 'string') tokens += tokensOfText(item)
    else tokens += typeof item === 'number' ? 1 : item.length
  }
  return tokens
}

// Text is bounded by its bytes. An image or file by reference is a short text that becomes many tokens.
function tokensBeyondBytes(messages: readonly Message[]): number {
  let tokens = 0
  for (const { content } of messages) {
    if (!Array.isArray(content)) continue
    for (const part of content as Part[]) {
      if (part?.type === 'image_url') tokens += tokensOfAnImage
      if (part?.type === 'file' && part.file?.file_id !== undefined) tokens += tokensOfAContext
    }
  }
  return tokens
}
