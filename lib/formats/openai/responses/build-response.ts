/**
 * Neutral events as a response that grows. A whole answer goes the same way, so that it is what a stream of it ends in.
 */
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerContext, AnswerEvent, Finish } from '#lib/formats/neutral.ts'
import {
  callItem,
  callThoughtItem,
  hiddenThoughtItem,
  messageItem,
  thoughtItem,
  type CallItem,
  type Item,
  type ItemEvent,
  type ItemStatus,
  type MessageItem,
  type ThoughtItem,
} from '#lib/formats/openai/responses/items.ts'
import { itemId, responseObject } from '#lib/formats/openai/responses/response-object.ts'

export type ResponseBuilder = {
  /** The events that tell it. An error has none here. */
  take(event: AnswerEvent): ItemEvent[]
  /** As far as it has come. */
  response(): object
}

export function buildResponse(context: AnswerContext): ResponseBuilder {
  let model = context.upstreamModel
  let tokens: TokenVector | null = null
  let finish: Finish | null = null
  let saysNo = false
  const items: Item[] = []
  const open = new Set<Item>()
  const statuses = new Map<Item, ItemStatus>()
  /** Takes text or thoughts until something else comes. */
  let current: MessageItem | ThoughtItem | null = null
  /** Calls stay open to the end: their arguments may come by turns. */
  const calls = new Map<number, CallItem>()

  function response(): object {
    const output = items.map((item) => item.object(statuses.get(item) ?? 'in_progress'))
    return responseObject(context, { model, output, tokens, ended: finish && { reason: finish, saysNo } })
  }

  function add<Kind extends Item>(
    prefix: string,
    make: (place: { output_index: number; item_id: string }) => Kind,
  ): Kind {
    const item = make({ output_index: items.length, item_id: itemId(prefix, context, items.length) })
    items.push(item)
    open.add(item)
    return item
  }

  function close(item: Item, status: ItemStatus): ItemEvent[] {
    open.delete(item)
    statuses.set(item, status)
    return item.done(status)
  }

  function closeCurrent(): ItemEvent[] {
    const closing = current
    current = null
    return closing ? close(closing, 'completed') : []
  }

  /** The item that goes on, or a new one with the events that begin it. */
  function message(): { readonly item: MessageItem; readonly begun: ItemEvent[] } {
    if (current?.kind === 'message') return { item: current, begun: [] }
    const before = closeCurrent()
    const item = add('msg', messageItem)
    current = item
    return { item, begun: [...before, ...item.added()] }
  }

  function thought(): { readonly item: ThoughtItem; readonly begun: ItemEvent[] } {
    if (current?.kind === 'thought') return { item: current, begun: [] }
    const before = closeCurrent()
    const item = add('rs', thoughtItem)
    current = item
    return { item, begun: [...before, ...item.added()] }
  }

  function say(kind: 'text' | 'refusal', text: string): ItemEvent[] {
    if (kind === 'refusal') saysNo = true
    const { item, begun } = message()
    return [...begun, ...item.say(kind, text)]
  }

  function think(text: string): ItemEvent[] {
    const { item, begun } = thought()
    return [...begun, ...item.think(text)]
  }

  function sign(signature: string): ItemEvent[] {
    const { item, begun } = thought()
    item.sign(signature)
    return [...begun, ...closeCurrent()]
  }

  /** An item that is there at once. */
  function tell(item: Item): ItemEvent[] {
    return [...item.added(), ...close(item, 'completed')]
  }

  function call({ call, id, name, signature }: Extract<AnswerEvent, { kind: 'tool call' }>): ItemEvent[] {
    const events = closeCurrent()
    if (signature) events.push(...tell(add('rs', (place) => callThoughtItem(place, signature))))
    const item = add('fc', (place) => callItem(place, id, name))
    calls.set(call, item)
    return [...events, ...item.added()]
  }

  /** What the output maximum cut is the last that had begun. */
  function end(reason: Finish): ItemEvent[] {
    finish = reason
    current = null
    const last = items.at(-1)
    return items
      .filter((item) => open.has(item))
      .flatMap((item) => close(item, reason === 'length' && item === last ? 'incomplete' : 'completed'))
  }

  function take(event: AnswerEvent): ItemEvent[] {
    switch (event.kind) {
      case 'start':
        model = event.model ?? model
        return ['response.created', 'response.in_progress'].map((type) => ({ type, response: response() }))
      case 'text':
      case 'refusal':
        return event.text === '' ? [] : say(event.kind, event.text)
      case 'thinking':
        return event.text === '' ? [] : think(event.text)
      case 'signature':
        return sign(event.signature)
      case 'hidden thinking':
        return [...closeCurrent(), ...tell(add('rs', (place) => hiddenThoughtItem(place, event.data)))]
      case 'tool call':
        return call(event)
      case 'tool arguments':
        return event.json === '' ? [] : (calls.get(event.call)?.argue(event.json) ?? [])
      case 'finish':
        return end(event.reason)
      case 'usage':
        tokens = event.tokens
        return []
      case 'error':
        return []
      case 'end': {
        const closing = finish ? [] : end('stop')
        const whole = response() as { readonly status: string }
        return [...closing, { type: `response.${whole.status}`, response: whole }]
      }
    }
  }

  return { take, response }
}
