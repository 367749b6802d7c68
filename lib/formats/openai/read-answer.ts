/** Reads usage from OpenAI answers on their way to the caller. */
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerReader } from '#lib/formats/contract.ts'
import { jsonAnswer as readJson } from '#lib/formats/json-answer.ts'
import { tokensOf } from '#lib/formats/openai/usage.ts'
import { modelIn } from '#lib/formats/scan-json.ts'
import { dataOf, passEvents } from '#lib/formats/stream-answer.ts'

const named = (...names: readonly string[]) => names.map((name) => Buffer.from(`"${name}":`))
const ofChats = named('content', 'arguments', 'reasoning_content', 'refusal')
const ofCompletions = named('text')

/** Of chats and embeddings. */
export function jsonAnswer(): AnswerReader {
  return readJson({ tokensOf, textFields: ofChats })
}

export function completionJson(): AnswerReader {
  return readJson({ tokensOf, textFields: ofCompletions })
}

/** Moderations are free at OpenAI, and nothing is said of what they used; servers that do say it are believed. */
export function moderationJson(): AnswerReader {
  return readJson({ tokensOf: (usage) => tokensOf(usage) ?? {}, textFields: [] })
}

export function completionStream(stripUsage: boolean): AnswerReader {
  return streamAnswer(stripUsage, ofCompletions)
}

/**
 * For a stream: whole events pass; an event that carries usage is read, and left out when the caller did not ask for it
 * and it carries nothing else.
 */
export function streamAnswer(stripUsage: boolean, textFields = ofChats): AnswerReader {
  let tokens: TokenVector | null = null
  let modelServed: string | null = null
  let complete = false
  /** Each server writes all its JSON in one way. */
  let isSpaced: boolean | null = null

  function read(event: Buffer): boolean {
    isSpaced ??= event.includes(space)
    // Azure's first event names no model, and the next to be read is that with the usage.
    modelServed ??= modelIn(event)
    if (carriesUsage(event)) {
      const chunk = dataOf(event) as Chunk | null
      tokens = tokensOf(chunk?.usage) ?? tokens
      if (stripUsage && Array.isArray(chunk?.choices) && chunk.choices.length === 0) return true
    } else if (event.length <= doneBytes && event.includes(done)) {
      complete = true
    }
    return false
  }

  const marks = () => (isSpaced ? spaced : compact)
  return passEvents({ read, marks, textFields, told: () => ({ tokens, promptTokens: null, modelServed, complete }) })
}

const usageName = Buffer.from('"usage"')
/** Not `"usage":null`, which every chunk may have. */
const compact = ['usage":{', 'finish_reason":"', '[DONE]'].map((text) => Buffer.from(text))
const spaced = ['usage": {', 'finish_reason": "', '[DONE]'].map((text) => Buffer.from(text))
const space = Buffer.from('": ')
const done = Buffer.from('[DONE]')
/** "data: [DONE]" and its line ends; a longer event only talks about it. */
const doneBytes = 20

/** Whether the event has a usage object, not `"usage":null`. */
function carriesUsage(event: Buffer): boolean {
  const at = event.lastIndexOf(usageName)
  return at >= 0 && /^\s*:\s*\{/.test(event.toString('latin1', at + usageName.length, at + usageName.length + 8))
}

type Chunk = { readonly usage?: unknown; readonly choices?: unknown }
