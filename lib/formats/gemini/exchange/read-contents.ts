/** A Gemini caller's conversation as neutral turns. */
import type { Message } from '#lib/formats/gemini/exchange/message.ts'
import { hiddenIn } from '#lib/formats/gemini/exchange/hidden-thinking.ts'
import { noSignature } from '#lib/formats/gemini/exchange/no-signature.ts'
import { readMedia } from '#lib/formats/gemini/exchange/read-media.ts'
import { textOfResponse } from '#lib/formats/gemini/exchange/tool-response.ts'
import { isFields } from '#lib/formats/gemini/fields.ts'
import { joinTurns, NotCarried, type TextPart, type ToolResultPart, type Turn } from '#lib/formats/neutral.ts'

type UserPart = Extract<Turn, { role: 'user' }>['parts'][number]
type ModelPart = Extract<Turn, { role: 'assistant' }>['parts'][number]

/** Calls that have no answer yet, in the order in which the model made them. */
type Waiting = { readonly id: string; readonly name: string }[]

/** `leftOut` takes the names of hints that have no place. */
export function readContents(contents: readonly Message[], leftOut: string[]): Turn[] {
  const waiting: Waiting = []
  return joinTurns(
    contents.map((content): Turn => {
      // A function's response had a role of its own once; no role is the user's.
      const role = content.text('role') || 'user'
      const parts = content.messages('parts')
      content.end()
      if (role === 'model')
        return {
          role: 'assistant',
          parts: joinThoughts(parts.flatMap((part) => readModelPart(part, waiting, leftOut))),
        }
      if (role !== 'user' && role !== 'function') throw new NotCarried(content.path('role'))
      return { role: 'user', parts: parts.map((part) => readUserPart(part, waiting, leftOut)) }
    }),
  )
}

/** Instructions are text alone; whatever role they have says nothing. */
export function readSystem(content: Message | null): TextPart[] {
  if (!content) return []
  content.take('role')
  const parts = content.messages('parts')
  content.end()
  return parts.map((part) => {
    const text = part.text('text')
    part.end()
    if (text === undefined) throw new NotCarried(part.at, 'instructions are text')
    return { kind: 'text', at: part.at, text }
  })
}

function readUserPart(part: Message, waiting: Waiting, leftOut: string[]): UserPart {
  if (part.take('partMetadata') !== undefined) leftOut.push(part.path('partMetadata'))
  const text = part.text('text')
  const response = part.message('functionResponse')
  const media = text === undefined && !response ? readMedia(part) : null
  part.end()
  if (text !== undefined && response) throw new NotCarried(part.at, 'a part is one thing')
  if (text !== undefined) return { kind: 'text', at: part.at, text }
  if (response) return readResponse(response, part.at, waiting)
  if (media) return media
  throw new NotCarried(part.at, 'it is empty')
}

function readResponse(response: Message, at: string, waiting: Waiting): ToolResultPart {
  const given = response.text('id') || null
  const name = response.text('name') ?? ''
  const value = response.take('response') ?? {}
  if (!isFields(value)) response.refuse('response', 'it is no object')
  const media = response.messages('parts').map((part) => {
    const read = readMedia(part)
    part.end()
    if (!read) throw new NotCarried(part.at)
    return read
  })
  response.end()
  const place = waiting.findIndex((call) => call.id === given)
  // Without an id, calls of one function are answered in the order in which they were made.
  const found = place >= 0 ? place : waiting.findIndex((call) => call.name === name)
  const id = found >= 0 ? waiting.splice(found, 1)[0]!.id : given
  if (id === null) throw new NotCarried(response.at, 'it answers no function call of this conversation')
  const { text, failed } = textOfResponse(value)
  return { kind: 'tool result', at, id, name: name || null, content: [{ kind: 'text', at, text }, ...media], failed }
}

function readModelPart(part: Message, waiting: Waiting, leftOut: string[]): ModelPart[] {
  const { at } = part
  if (part.take('partMetadata') !== undefined) leftOut.push(part.path('partMetadata'))
  const text = part.text('text')
  const isThought = part.flag('thought') === true
  const given = part.text('thoughtSignature') || null
  const signature = given === noSignature ? null : given
  const call = part.message('functionCall')
  part.end()
  if (call && text !== undefined) throw new NotCarried(at, 'a part is one thing')
  if (call) {
    const name = call.text('name') ?? ''
    // Ids are younger than functions: the place of the call is one.
    const id = call.text('id') || `call_${at.replace(/\D+/g, '_').replace(/^_/, '')}`
    const args = call.take('args') ?? {}
    if (!isFields(args)) call.refuse('args', 'it is no object')
    call.end()
    waiting.push({ id, name })
    return [{ kind: 'tool call', at, id, name, arguments: JSON.stringify(args), signature }]
  }
  if (isThought) {
    const hidden = !text && signature ? hiddenIn(signature) : null
    if (hidden !== null) return [{ kind: 'hidden thinking', at, data: hidden }]
    return [{ kind: 'thinking', at, text: text ?? '', signature }]
  }
  if (signature) leftOut.push(part.path('thoughtSignature'))
  if (text === undefined) throw new NotCarried(at, 'it is empty')
  // A stream ends with an empty text.
  return text === '' ? [] : [{ kind: 'text', at, text }]
}

/** A thought that was streamed comes back in pieces, its signature in the last. */
function joinThoughts(parts: readonly ModelPart[]): ModelPart[] {
  const joined: ModelPart[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.kind === 'thinking' && last?.kind === 'thinking' && last.signature === null) {
      joined[joined.length - 1] = { ...last, text: last.text + part.text, signature: part.signature }
    } else joined.push(part)
  }
  return joined
}
