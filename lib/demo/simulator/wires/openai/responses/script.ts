/** A response as typed events. Reasoning comes at once, before what is paced. */
import type { CallIdentity, StreamScript } from '#lib/demo/simulator/wire.ts'
import {
  answerId,
  answerItem,
  type Asked,
  finalResponse,
  outputText,
  reasoningItem,
  responseObject,
  statusOf,
  summaryOf,
  summaryText,
  textPart,
} from '#lib/demo/simulator/wires/openai/responses/answer.ts'

export function responseScript(asked: Asked, identity: CallIdentity): StreamScript {
  const { steering, generation, tool } = asked
  const { reasoning, visible } = generation
  const place = { output_index: reasoning > 0 ? 1 : 0, item_id: answerId(tool, identity.id) }
  const opening = numbered(0, [
    ...(['response.created', 'response.in_progress'] as const).map((type) => ({
      type,
      response: responseObject(asked, identity, 'in_progress', []),
    })),
    ...(reasoning > 0 ? reasoningEvents(asked, identity) : []),
    ...(visible > 0 ? answerOpening(asked, identity, place) : []),
  ])
  const deltas = Math.ceil(visible / steering.chunk)
  const delta = tool ? 'response.function_call_arguments.delta' : 'response.output_text.delta'
  const inText = tool ? {} : { content_index: 0, logprobs: [] }
  return {
    open: opening.text,
    events: (from, to) => {
      const number = opening.next + Math.floor(from / steering.chunk)
      return numbered(number, [{ type: delta, ...place, ...inText, delta: outputText(asked, from, to) }]).text
    },
    close: numbered(opening.next + deltas, [
      ...(visible > 0 ? answerClosing(asked, identity, place) : []),
      { type: `response.${statusOf(asked)}`, response: finalResponse(asked, identity) },
    ]).text,
  }
}

type Event = { readonly type: string; readonly [member: string]: unknown }
type Place = { readonly output_index: number; readonly item_id: string }

function numbered(first: number, events: readonly Event[]): { readonly text: string; readonly next: number } {
  const texts = events.map(({ type, ...rest }, i) => {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: first + i, ...rest })}\n\n`
  })
  return { text: texts.join(''), next: first + events.length }
}

function reasoningEvents(asked: Asked, identity: CallIdentity): Event[] {
  const place = { output_index: 0, item_id: `rs_${identity.id}`, summary_index: 0 }
  const part = (text: string) => ({ ...place, part: { type: 'summary_text', text } })
  const summary: Event[] = [
    { type: 'response.reasoning_summary_part.added', ...part('') },
    { type: 'response.reasoning_summary_text.delta', ...place, delta: summaryText },
    { type: 'response.reasoning_summary_text.done', ...place, text: summaryText },
    { type: 'response.reasoning_summary_part.done', ...part(summaryText) },
  ]
  return [
    { type: 'response.output_item.added', output_index: 0, item: reasoningItem(asked, identity, []) },
    ...(asked.showsSummary ? summary : []),
    { type: 'response.output_item.done', output_index: 0, item: reasoningItem(asked, identity, summaryOf(asked)) },
  ]
}

function answerOpening(asked: Asked, identity: CallIdentity, place: Place): Event[] {
  const item = answerItem(asked, identity, null, 'in_progress')
  const added: Event = { type: 'response.output_item.added', output_index: place.output_index, item }
  if (asked.tool) return [added]
  return [added, { type: 'response.content_part.added', ...place, content_index: 0, part: textPart('') }]
}

function answerClosing(asked: Asked, identity: CallIdentity, place: Place): Event[] {
  const text = outputText(asked, 0, asked.generation.visible)
  const item = answerItem(asked, identity, text, statusOf(asked))
  const done: Event = { type: 'response.output_item.done', output_index: place.output_index, item }
  if (asked.tool) return [{ type: 'response.function_call_arguments.done', ...place, arguments: text }, done]
  return [
    { type: 'response.output_text.done', ...place, content_index: 0, text, logprobs: [] },
    { type: 'response.content_part.done', ...place, content_index: 0, part: textPart(text) },
    done,
  ]
}
