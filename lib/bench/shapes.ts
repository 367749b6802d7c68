/** The calls that the benchmark makes. */
import type { Shape } from '#lib/bench/load.ts'

const outputTokens = 16
const question = 'Where is parcel 4711, and when will it arrive at the depot in Fernhill?'

/** An ordinary short question. */
export function chat(stream: boolean): Shape {
  return shapeOf(stream ? 'SSE' : 'JSON', stream, outputTokens, question)
}

/** A stream long enough that its events, not its call, are what costs. */
export const longStream: Shape = shapeOf('long SSE', true, 400, `@sim out=400 ${question}`)

/** A short answer to a prompt of about so many bytes. */
export function prompted(bytes: number): Shape {
  const filling = 'The parcel was scanned at the depot. '
  return shapeOf(`JSON, ${sizeText(bytes)}`, false, outputTokens, filling.repeat(Math.ceil(bytes / filling.length)))
}

/** One event, and then nothing for a minute: what a stream costs that is only open. */
export const idleStream: Shape = shapeOf('idle SSE', true, 16, '@sim out=16 gap=60000 Wait.')

function shapeOf(name: string, stream: boolean, tokens: number, content: string): Shape {
  return {
    name,
    stream,
    outputTokens: tokens,
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      max_tokens: Math.max(64, tokens),
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
      messages: [
        { role: 'system', content: 'You answer in one short paragraph.' },
        { role: 'user', content },
      ],
    }),
  }
}

function sizeText(bytes: number): string {
  return bytes >= 1_000_000 ? `${bytes / 1_000_000} MB` : `${bytes / 1_000} KB`
}
