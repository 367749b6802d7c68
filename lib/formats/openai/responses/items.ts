/** Items of a response while they come: what each is so far, and the events that tell how it grows. */
import { encryptedCallSignature } from '#lib/formats/openai/responses/reasoning.ts'

/** Without its number, which the stream gives it. */
export type ItemEvent = { readonly type: string; readonly [member: string]: unknown }
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** What all items have in common: an item is added, grows, and is done. */
export type Item = {
  readonly added: () => ItemEvent[]
  readonly done: (status: ItemStatus) => ItemEvent[]
  readonly object: (status: ItemStatus) => object
}

type Place = { readonly output_index: number; readonly item_id: string }

function added({ output_index }: Place, item: object): ItemEvent {
  return { type: 'response.output_item.added', output_index, item }
}

function done({ output_index }: Place, item: object): ItemEvent {
  return { type: 'response.output_item.done', output_index, item }
}

export type MessageItem = Item & {
  readonly kind: 'message'
  readonly say: (part: PartKind, text: string) => ItemEvent[]
}
type PartKind = 'text' | 'refusal'
type Part = { readonly kind: PartKind; text: string }

/** What the model says, and what it declines to say. */
export function messageItem(place: Place): MessageItem {
  const parts: Part[] = []
  const object = (status: ItemStatus) => {
    return { id: place.item_id, type: 'message', status, content: parts.map(partObject), role: 'assistant' }
  }
  const partPlace = () => ({ ...place, content_index: parts.length - 1 })

  function closePart(): ItemEvent[] {
    const part = parts.at(-1)
    if (!part) return []
    return [
      part.kind === 'text'
        ? { type: 'response.output_text.done', ...partPlace(), text: part.text, logprobs: [] }
        : { type: 'response.refusal.done', ...partPlace(), refusal: part.text },
      { type: 'response.content_part.done', ...partPlace(), part: partObject(part) },
    ]
  }

  return {
    kind: 'message',
    object,
    added: () => [added(place, object('in_progress'))],
    say(kind, text) {
      const events: ItemEvent[] = []
      if (parts.at(-1)?.kind !== kind) {
        events.push(...closePart())
        const part = { kind, text: '' }
        parts.push(part)
        events.push({ type: 'response.content_part.added', ...partPlace(), part: partObject(part) })
      }
      parts.at(-1)!.text += text
      const delta = kind === 'text' ? { delta: text, logprobs: [] } : { delta: text }
      events.push({ type: `response.${kind === 'text' ? 'output_text' : 'refusal'}.delta`, ...partPlace(), ...delta })
      return events
    },
    done: (status) => [...closePart(), done(place, object(status))],
  }
}

function partObject({ kind, text }: Part): object {
  if (kind === 'refusal') return { type: 'refusal', refusal: text }
  return { type: 'output_text', annotations: [], logprobs: [], text }
}

export type ThoughtItem = Item & {
  readonly kind: 'thought'
  readonly think: (text: string) => ItemEvent[]
  sign: (signature: string) => void
}

/** A thought that is shown, as its own summary. */
export function thoughtItem(place: Place): ThoughtItem {
  let text = ''
  let signature: string | null = null
  const summaryPlace = { ...place, summary_index: 0 }
  const part = () => ({ type: 'summary_text', text })
  const object = () => reasoningObject(place, [part()], signature)
  return {
    kind: 'thought',
    object,
    added: () => [
      added(place, reasoningObject(place, [], null)),
      { type: 'response.reasoning_summary_part.added', ...summaryPlace, part: part() },
    ],
    think(more) {
      text += more
      return [{ type: 'response.reasoning_summary_text.delta', ...summaryPlace, delta: more }]
    },
    sign: (signed) => (signature = signed),
    done: () => [
      { type: 'response.reasoning_summary_text.done', ...summaryPlace, text },
      { type: 'response.reasoning_summary_part.done', ...summaryPlace, part: part() },
      done(place, object()),
    ],
  }
}

/** A thought that only its provider can read. */
export function hiddenThoughtItem(place: Place, encrypted: string): Item {
  const object = () => reasoningObject(place, [], encrypted)
  return { object, added: () => [added(place, object())], done: () => [done(place, object())] }
}

/** The signed thought behind a call, which stands before it. */
export function callThoughtItem(place: Place, signature: string): Item {
  return hiddenThoughtItem(place, encryptedCallSignature(signature))
}

function reasoningObject({ item_id: id }: Place, summary: readonly object[], encrypted: string | null): object {
  return { id, type: 'reasoning', ...(encrypted === null ? {} : { encrypted_content: encrypted }), summary }
}

export type CallItem = Item & { readonly argue: (json: string) => ItemEvent[] }

/** A call of one of the caller's functions. */
export function callItem(place: Place, callId: string, name: string): CallItem {
  let text = ''
  const object = (status: ItemStatus) => {
    return { id: place.item_id, type: 'function_call', status, arguments: text, call_id: callId, name }
  }
  return {
    object,
    added: () => [added(place, object('in_progress'))],
    argue(json) {
      text += json
      return [{ type: 'response.function_call_arguments.delta', ...place, delta: json }]
    },
    done: (status) => [
      { type: 'response.function_call_arguments.done', ...place, arguments: text },
      done(place, object(status)),
    ],
  }
}
