/**
 * `POST /model/{model}/invoke` and `…/invoke-with-response-stream`. For Anthropic's models: a Messages request without
 * model and stream, which the address tells, and with a version.
 */
import { isObject } from '#lib/demo/simulator/rules/members.ts'
import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { CallRead, StreamScript } from '#lib/demo/simulator/wire.ts'
import { readMessages } from '#lib/demo/simulator/wires/anthropic/messages.ts'
import { errorBody } from '#lib/demo/simulator/wires/bedrock/errors.ts'
import { chunkFrames, FRAMES_TYPE } from '#lib/demo/simulator/wires/bedrock/frames.ts'
import { countHeaders, metricsOf, readOwnBody } from '#lib/demo/simulator/wires/bedrock/own-bodies.ts'

export function readInvoke(request: unknown, id: string, model: string, isStream: boolean): CallRead {
  return readOwnBody(request, model, isStream) ?? readMessage(request, id, model, isStream)
}

function readMessage(request: unknown, id: string, model: string, isStream: boolean): CallRead {
  const members = isObject(request) ? request : {}
  if (typeof members.anthropic_version !== 'string') return invalid(model, 'anthropic_version: Field required')
  for (const name of ['model', 'stream']) {
    if (members[name] !== undefined) return invalid(model, `${name}: Extra inputs are not permitted`)
  }
  const read = readMessages({ ...members, model, stream: isStream }, id)
  if (read.kind === 'invalid') return invalid(model, messageIn(read.body))
  const { script, steering, generation } = read.answer
  const headers = steering.usage === 'none' ? [] : countHeaders(generation)
  if (!script) return { kind: 'answer', answer: { ...read.answer, headers } }
  const measured =
    steering.usage === 'none' ? script : (one: Parameters<typeof script>[0]) => withMetrics(script(one), generation)
  return { kind: 'answer', answer: { ...read.answer, script: measured, scriptType: FRAMES_TYPE, encode: chunkFrames } }
}

/** Bedrock's own counts come with the last event. */
function withMetrics(script: StreamScript, generation: Generation): StreamScript {
  const metrics = JSON.stringify(metricsOf(generation)).slice(1, -1)
  return { ...script, close: script.close.replace('{"type":"message_stop"', `{"type":"message_stop",${metrics}`) }
}

function invalid(model: string, message: string): CallRead {
  return { kind: 'invalid', model, body: errorBody(400, message) }
}

function messageIn(body: string): string {
  return (JSON.parse(body) as { readonly error: { readonly message: string } }).error.message
}
