/** Reads usage from responses on their way to the caller. */
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerReader } from '#lib/formats/contract.ts'
import { jsonAnswer as readJson } from '#lib/formats/json-answer.ts'
import { tokensOf } from '#lib/formats/openai/responses/usage.ts'
import { modelIn, objectAfter } from '#lib/formats/scan-json.ts'
import { dataOf, passEvents } from '#lib/formats/stream-answer.ts'

const usageName = Buffer.from('"usage"')
const toolUsageName = Buffer.from('"tool_usage"')
/**
 * The first events and the last have the whole response in them, as far as it has come; those that begin or end an item or
 * a part of it are long, and bring no more text.
 */
const marks = ['response":', '.added"', '.done"'].map((text) => Buffer.from(text))
const named = (...names: readonly string[]) => names.map((name) => Buffer.from(`"${name}":`))

/** A response repeats the request, in which a caller may have a usage of its own: only the last of the whole is believed. */
export function responseJson(): AnswerReader {
  const reader = readJson({ tokensOf: tokensWithin, textFields: named('text', 'arguments', 'refusal') })
  return {
    ...reader,
    reading() {
      const reading = reader.reading()
      return reading.complete ? reading : { ...reading, tokens: null }
    },
  }
}

function tokensWithin(usage: unknown, bytes: Buffer): TokenVector | null {
  return tokensOf(usage, objectAfter(bytes, toolUsageName))
}

/**
 * For a stream: the last event holds the whole response, usage and all; also one that is incomplete has been produced, and
 * is billed. With long instructions or a picture in it that event is too long to be held: then its end is read.
 */
export function responseStream(): AnswerReader {
  let tokens: TokenVector | null = null
  let modelServed: string | null = null
  let complete = false

  function read(event: Buffer): boolean {
    modelServed ??= modelIn(event)
    if (!endings.some((name) => event.includes(name))) return false
    const data = dataOf(event) as StreamEvent | null
    if (!isEnding(data?.type)) return false
    tokens = tokensOf(data?.response?.usage, data?.response?.tool_usage) ?? tokens
    complete = data?.type !== 'response.failed'
    return false
  }

  function readTail(tail: Buffer): void {
    const found = tokensWithin(objectAfter(tail, usageName), tail)
    if (!found) return
    tokens = found
    complete = true
  }

  const told = () => ({ tokens, promptTokens: null, modelServed, complete })
  return passEvents({ read, marks: () => marks, readTail, textFields: named('delta'), told })
}

type StreamEvent = {
  readonly type?: unknown
  readonly response?: { readonly usage?: unknown; readonly tool_usage?: unknown }
}

const endingTypes = ['response.completed', 'response.incomplete', 'response.failed'] as const
const endings = endingTypes.map((type) => Buffer.from(type))

function isEnding(type: unknown): boolean {
  return endingTypes.some((ending) => ending === type)
}
