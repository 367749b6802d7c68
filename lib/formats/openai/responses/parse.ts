/** Reads what the gateway must know of requests for responses; everything else passes untouched. */
import * as z from 'zod'
import type { ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { isItemReference, referenceInResponse } from '#lib/formats/openai/responses/stored-state.ts'
import { storedReference } from '#lib/formats/stored-state.ts'
import { modelName, outputMaximum, problemOf, tokensOfAContext, tokensOfAnImage } from '#lib/formats/openai/fields.ts'

const response = z.looseObject({
  model: modelName,
  input: z.union([z.string(), z.array(z.looseObject({}))]).nullish(),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: outputMaximum,
  background: z.boolean().nullish(),
  tools: z.array(z.looseObject({ type: z.string() })).nullish(),
})

export function parseResponse(body: unknown): ParsedRequest | ParseProblem {
  const parsed = response.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const request = parsed.data
  if (request.background) return background
  const items = typeof request.input === 'string' ? [{ content: request.input }] : (request.input ?? [])
  const referred = referredTokens(items, [request.previous_response_id, request.conversation, request.prompt])
  return {
    model: request.model,
    stream: request.stream === true,
    outputMaximum: request.max_output_tokens ?? null,
    choices: 1,
    promptTokensEstimate: promptTokensEstimate(items, request.instructions ?? null),
    tokensBeyondBytes: referred + ((request.tools ?? []).some(isRunByProvider) ? tokensOfAContext : 0),
    // The stream always tells its usage, and its clients always read it.
    wantsStreamUsage: true,
    ...storedReference(referenceInResponse(request)),
  }
}

/** The answer would come before there is one: nobody would see what it cost, and its hold could not be settled. */
const background: ParseProblem = {
  problem:
    'background: A response in the background is answered before its usage is known, so it cannot be charged. Leave it out, and set stream to true for an answer that takes long.',
  param: 'background',
}

type Item = {
  readonly type?: unknown
  readonly role?: unknown
  readonly content?: unknown
  readonly output?: unknown
  readonly arguments?: unknown
}
type Part = {
  readonly type?: unknown
  readonly text?: unknown
  readonly file_id?: unknown
  readonly file_url?: unknown
}

/** As a chat is counted: four bytes a token, three tokens of framing an item and three for the answer's start. */
function promptTokensEstimate(items: readonly Item[], instructions: string | null): number {
  let bytes = instructions === null ? 0 : Buffer.byteLength(instructions)
  for (const item of items) {
    for (const text of [item.content, item.output, item.arguments, ...partsOf(item).map((part) => part.text)]) {
      if (typeof text === 'string') bytes += Buffer.byteLength(text)
    }
  }
  return Math.ceil(bytes / 4) + 3 * (items.length + (instructions === null ? 0 : 1)) + 3
}

/**
 * Upper bound on what the prompt refers to: pictures, files, items that OpenAI keeps, and whole conversations. All of it
 * together is no longer than a context.
 */
function referredTokens(items: readonly Item[], conversations: readonly unknown[]): number {
  let tokens = conversations.some((reference) => reference != null) ? tokensOfAContext : 0
  for (const item of items) {
    if (isItemReference(item)) tokens += tokensOfAContext
    for (const part of partsOf(item)) {
      if (part.type === 'input_image' || part.type === 'computer_screenshot') tokens += tokensOfAnImage
      if (part.type === 'input_file' && (part.file_id ?? part.file_url) != null) tokens += tokensOfAContext
    }
  }
  return Math.min(tokens, tokensOfAContext)
}

function partsOf({ content, output }: Item): Part[] {
  return [content, output].flat().filter((part): part is Part => typeof part === 'object' && part !== null)
}

const runByCaller = new Set([
  'function',
  'custom',
  'namespace',
  'local_shell',
  'apply_patch',
  'computer',
  'computer_use_preview',
])

/** What such a tool finds is read by the model within the same call, and billed as prompt. */
function isRunByProvider({ type }: { readonly type: string }): boolean {
  return !runByCaller.has(type)
}
