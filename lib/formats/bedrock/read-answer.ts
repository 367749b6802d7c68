/** Reads usage from Bedrock's answers on their way to the caller. */
import type { TokenVector } from '#lib/catalog/contract.ts'
import { streamedUsage, textFields as anthropicTexts } from '#lib/formats/anthropic/read-answer.ts'
import { cutFrames, type Frame } from '#lib/formats/bedrock/frames.ts'
import {
  tokensOf,
  tokensOfAnyUsage,
  tokensOfCounts,
  tokensOfHeaders,
  tokensOfMetrics,
} from '#lib/formats/bedrock/usage.ts'
import type { AnswerHeaders, AnswerReader, AnswerReading } from '#lib/formats/contract.ts'
import { jsonAnswer } from '#lib/formats/json-answer.ts'
import { textsIn } from '#lib/formats/scan-json.ts'

const textFields = ['"text":', '"input":'].map((text) => Buffer.from(text))

export function converseAnswer(): AnswerReader {
  return jsonAnswer({ tokensOf, textFields, modelIn: (_head, tail) => routedIn(tail) })
}

/** Usage comes in the last frame. */
export function converseStream(): AnswerReader {
  let tokens: TokenVector | null = null
  let modelServed: string | null = null
  let complete = false

  function read({ name, payload }: Frame): Buffer {
    if (name === 'messageStop') complete = true
    if (name === 'metadata') {
      tokens = tokensOf((jsonOf(payload) as { readonly usage?: unknown } | null)?.usage)
      modelServed = routedIn(payload)
    }
    return payload
  }
  return passFrames(read, textFields, () => ({ tokens, promptTokens: null, modelServed, complete }))
}

/** Of text in the answers of all makers. */
const invokeTexts = [
  ...anthropicTexts,
  ...['"content":', '"generation":', '"outputText":'].map((text) => Buffer.from(text)),
]

/** The model's own answer, whose usage stands in it where its maker has a place for that, and in Bedrock's headers. */
export function invokeAnswer(headers: AnswerHeaders): AnswerReader {
  const reader = jsonAnswer({
    tokensOf: (usage, bytes) => tokensOfAnyUsage(usage) ?? tokensOfCounts(bytes),
    textFields: invokeTexts,
  })
  return {
    ...reader,
    reading() {
      const read = reader.reading()
      return { ...read, tokens: read.tokens ?? tokensOfHeaders(headers) }
    },
  }
}

const usageName = Buffer.from('"usage"')
const lastName = Buffer.from('"message_stop"')
const metrics = 'amazon-bedrock-invocationMetrics'
const metricsName = Buffer.from(`"${metrics}"`)

/** Each frame carries one of the model's own events, and the last one Bedrock's counts too. */
export function invokeStream(): AnswerReader {
  const usage = streamedUsage()
  let counted: TokenVector | null = null
  let complete = false

  function read({ name, payload }: Frame): Buffer {
    const { bytes } = name === 'chunk' ? ((jsonOf(payload) ?? {}) as { readonly bytes?: unknown }) : {}
    const event = Buffer.from(typeof bytes === 'string' ? bytes : '', 'base64')
    if (event.includes(usageName)) usage.take(jsonOf(event), event)
    if (event.includes(metricsName)) {
      counted = tokensOfMetrics((jsonOf(event) as Record<string, unknown> | null)?.[metrics])
      complete = true
    }
    complete ||= event.includes(lastName)
    return event
  }
  return passFrames(read, invokeTexts, () => {
    const told = usage.told()
    return { ...told, tokens: told.tokens ?? counted, complete }
  })
}

/** `read` takes a frame and returns the JSON in it that may have output text. */
function passFrames(
  read: (frame: Frame) => Buffer,
  fields: readonly Buffer[],
  told: () => Omit<AnswerReading, 'outputSeen'>,
): AnswerReader {
  let texts = 0
  let characters = 0
  const cutter = cutFrames({
    frame(frame) {
      const found = textsIn(read(frame), fields)
      texts += found.count
      characters += found.characters
    },
    unreadable() {},
  })
  return {
    push: (chunk) => cutter.push(chunk),
    end: () => cutter.rest(),
    // A frame with text has a token at least, and a token about four characters.
    reading: () => ({ ...told(), outputSeen: Math.max(texts, Math.round(characters / 4)) }),
  }
}

/** The model that a prompt router has chosen; else the answer does not say. */
function routedIn(bytes: Buffer): string | null {
  return /"invokedModelId"\s*:\s*"([^"\\]{1,256})"/.exec(bytes.toString('latin1'))?.[1] ?? null
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch {
    return null
  }
}
