/** Reads usage from images on their way to the caller, and counts the pictures as they pass. */
import * as z from 'zod'
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerReader } from '#lib/formats/contract.ts'
import { jsonAnswer } from '#lib/formats/json-answer.ts'
import { countTexts } from '#lib/formats/openai/images/count-texts.ts'
import { objectAfter } from '#lib/formats/scan-json.ts'
import { dataOf, passEvents } from '#lib/formats/stream-answer.ts'

const count = z.number().int().nonnegative().max(1_000_000_000)
const details = z.object({ text_tokens: count.nullish(), image_tokens: count.nullish() }).nullish()
const usage = z.object({
  input_tokens: count,
  output_tokens: count,
  input_tokens_details: details,
  output_tokens_details: details,
})

/** Null when the object is no usable usage. What is not told apart came in as text and went out as pictures. */
export function imageTokensOf(value: unknown): TokenVector | null {
  const parsed = usage.safeParse(value)
  if (!parsed.success) return null
  const { input_tokens, output_tokens, input_tokens_details, output_tokens_details } = parsed.data
  const pictured = input_tokens_details?.image_tokens ?? 0
  const written = output_tokens_details?.text_tokens ?? 0
  if (pictured > input_tokens || written > output_tokens) return null
  const tokens: TokenVector = { input: input_tokens - pictured, image_output: output_tokens - written }
  if (pictured > 0) tokens.image_input = pictured
  if (written > 0) tokens.output = written
  return tokens
}

/**
 * An answer of many megabytes: usage is looked for at both ends of it. Each picture is a text of one of two names, and
 * every picture of an answer has the same one.
 */
export function imagesJson(): AnswerReader {
  const reader = jsonAnswer({ tokensOf: imageTokensOf, textFields: [], modelIn: () => null })
  const counters = [countTexts('b64_json'), countTexts('url')]
  return {
    push(chunk) {
      for (const counter of counters) counter.push(chunk)
      return reader.push(chunk)
    },
    end: reader.end,
    reading() {
      const reading = reader.reading()
      if (!reading.complete) return { ...reading, tokens: null }
      return { ...reading, counted: { images: Math.max(...counters.map((counter) => counter.count())) } }
    },
  }
}

const completed = 'image_generation.completed'
const completedName = Buffer.from(completed)
const usageName = Buffer.from('"usage"')

/** For a stream: each picture ends in an event of its own, with the usage of that picture at the end of it. */
export function imagesStream(): AnswerReader {
  let tokens: TokenVector | null = null
  let images = 0

  function take(found: TokenVector | null): void {
    images += 1
    if (found) tokens = sum(tokens, found)
  }

  function read(event: Buffer): boolean {
    if (!event.includes(completedName)) return false
    const data = dataOf(event) as { readonly type?: unknown; readonly usage?: unknown } | null
    if (data?.type === completed) take(imageTokensOf(data.usage))
    return false
  }

  /** Of an event too long to be held; partial pictures have no usage. */
  function readTail(tail: Buffer): void {
    const found = imageTokensOf(objectAfter(tail, usageName))
    if (found) take(found)
  }

  function told() {
    const complete = images > 0
    return {
      tokens,
      promptTokens: null,
      modelServed: null,
      complete,
      ...(complete ? { counted: { images } } : {}),
    }
  }
  return passEvents({ read, marks: () => [completedName], readTail, textFields: [], told })
}

function sum(before: TokenVector | null, more: TokenVector): TokenVector {
  const total: TokenVector = { ...before }
  for (const unit of ['input', 'image_input', 'output', 'image_output'] as const) {
    if (more[unit] !== undefined) total[unit] = (total[unit] ?? 0) + more[unit]
  }
  return total
}
