/** Reads usage from Gemini's answers on their way to the caller. */
import type { AnswerReader } from '#lib/formats/contract.ts'
import { isFields, type Fields } from '#lib/formats/gemini/fields.ts'
import { promptOf, tokensOf } from '#lib/formats/gemini/usage.ts'
import { jsonAnswer as readJson } from '#lib/formats/json-answer.ts'
import { dataOf, passEvents } from '#lib/formats/stream-answer.ts'

const textFields = [Buffer.from('"text":')]
const usageName = Buffer.from('"usageMetadata"')
const finishName = Buffer.from('"finishReason"')
const feedbackName = Buffer.from('"promptFeedback"')
const modelName = Buffer.from('"modelVersion"')

/**
 * An answer in one piece, and a stream that comes as an array: its elements carry the usage so far, so the last one tells
 * all, and one before it what an abort owes.
 */
export function jsonAnswer(): AnswerReader {
  const reader = readJson({ tokensOf, textFields, usageName, modelIn: modelVersionIn })
  return {
    ...reader,
    reading() {
      const read = reader.reading()
      return read.complete || !read.tokens ? read : soFar(read, read.tokens)
    },
  }
}

/** For server-sent events: every one carries the usage so far. The last that says why the answer ended is true. */
export function streamAnswer(): AnswerReader {
  let usage: unknown = null
  let modelServed: string | null = null
  let complete = false

  function read(event: Buffer): boolean {
    if (!event.includes(usageName) && !event.includes(finishName) && !event.includes(feedbackName)) return false
    const chunk = dataOf(event)
    if (!isFields(chunk)) return false
    usage = chunk.usageMetadata ?? usage
    if (typeof chunk.modelVersion === 'string') modelServed ??= chunk.modelVersion.slice(0, 256)
    complete ||= hasEnded(chunk)
    return false
  }

  const told = () => ({ tokens: tokensOf(usage), promptTokens: null, modelServed, complete })
  const reader = passEvents({ read, textFields, told })
  return {
    ...reader,
    reading() {
      const read = reader.reading()
      return read.complete || !read.tokens ? read : soFar(read, read.tokens)
    },
  }
}

type Reading = ReturnType<AnswerReader['reading']>

/** What is told before the end bounds from below what was produced: thoughts show nowhere else. */
function soFar(read: Reading, tokens: NonNullable<Reading['tokens']>): Reading {
  const outputSeen = Math.max(read.outputSeen, tokens.output ?? 0)
  return { ...read, tokens: null, promptTokens: promptOf(tokens), outputSeen }
}

/** A reason to end, of a candidate or of a prompt that has none. */
function hasEnded({ candidates, promptFeedback }: Fields): boolean {
  if (isFields(promptFeedback) && promptFeedback.blockReason !== undefined) return true
  return Array.isArray(candidates) && candidates.some((one) => isFields(one) && typeof one.finishReason === 'string')
}

/** Stands behind what was generated. */
function modelVersionIn(_head: Buffer, tail: Buffer): string | null {
  const at = tail.lastIndexOf(modelName)
  if (at < 0) return null
  return /^"modelVersion"\s*:\s*"([^"\\]{1,256})"/.exec(tail.toString('latin1', at, at + 300))?.[1] ?? null
}
