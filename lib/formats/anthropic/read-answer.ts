/** Reads usage from Anthropic's answers on their way to the caller. */
import type { AnswerReader } from '#lib/formats/contract.ts'
import { promptOf, readUsage, tokensOf, wholeOf, type Usage } from '#lib/formats/anthropic/usage.ts'
import { jsonAnswer as readJson } from '#lib/formats/json-answer.ts'
import { modelIn } from '#lib/formats/scan-json.ts'
import { dataOf, passEvents } from '#lib/formats/stream-answer.ts'

export const textFields = ['"text":', '"thinking":', '"partial_json":'].map((text) => Buffer.from(text))

export function jsonAnswer(): AnswerReader {
  return readJson({ tokensOf, textFields })
}

/**
 * For a stream: `message_start` tells the prompt, `message_delta` the output so far, and may tell the prompt again where
 * it has changed. What came last is true.
 */
export function streamAnswer(): AnswerReader {
  const usage = streamedUsage()
  let complete = false

  function read(event: Buffer): boolean {
    if (event.includes(usageName)) usage.take(dataOf(event), event)
    else if (event.length <= stopBytes && event.includes(messageStop)) {
      complete = true
    }
    return false
  }

  return passEvents({ read, marks: () => marks, textFields, told: () => ({ ...usage.told(), complete }) })
}

/** What a stream's events with a usage tell, one after the other. `bytes`: what `data` stood in. */
export function streamedUsage() {
  let usage: Usage | null = null
  let hasDelta = false
  let modelServed: string | null = null
  return {
    take(data: unknown, bytes: Buffer): void {
      const event = data as StreamEvent | null
      if (event?.type === 'message_start') {
        usage = merged(usage, readUsage(event.message?.usage))
        modelServed ??= modelIn(bytes)
      }
      if (event?.type === 'message_delta') {
        usage = merged(usage, readUsage(event.usage))
        hasDelta = true
      }
    },
    told: () => ({
      tokens: usage && hasDelta ? wholeOf(usage) : null,
      promptTokens: usage && promptOf(usage),
      modelServed,
    }),
  }
}

const usageName = Buffer.from('"usage"')
const messageStop = Buffer.from('"message_stop"')
const marks = ['usage"', 'message_stop"', 'content_block_st'].map((text) => Buffer.from(text))
/** The event that ends a message has no more in it than its name, twice. */
const stopBytes = 120

type StreamEvent = {
  readonly type?: unknown
  readonly usage?: unknown
  readonly message?: { readonly usage?: unknown }
}

/** Later counts replace earlier ones; what a later usage leaves out stays. */
export function merged(before: Usage | null, after: Usage | null): Usage | null {
  if (!before || !after) return after ?? before
  const told = Object.entries(after).filter(([, value]) => value !== null && value !== undefined)
  return { ...before, ...Object.fromEntries(told) }
}
