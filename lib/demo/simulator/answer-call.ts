/**
 * Gives a call its answer, at the pace and with the faults it asked for.
 *
 * Every call is settled in the journal exactly once: as done when the last byte was handed to the system, as
 * aborted when the client left before, as an error when the simulator failed on purpose. Prompt tokens count
 * from the moment the call is accepted, output tokens when they are written; an error answer bills nothing,
 * and neither does a connection that is cut before the first byte.
 */
import type { CallRecord } from '#lib/demo/simulator/journal.ts'
import { playStream } from '#lib/demo/simulator/play-stream.ts'
import { garbleBody, garbleScript } from '#lib/demo/simulator/rules/garble.ts'
import { type Ending, generationMs, planEnding } from '#lib/demo/simulator/rules/plan-ending.ts'
import { UNSTEERED } from '#lib/demo/simulator/rules/steering.ts'
import { type AcceptedCall, recordOutput, type RunningCall, watchCall } from '#lib/demo/simulator/running-call.ts'
import { writeTorn } from '#lib/demo/simulator/torn-writer.ts'
import type { Answer, CallIdentity } from '#lib/demo/simulator/wire.ts'

/** Up to this size the system takes a body in one go, so the call is done when it is written. */
const AT_ONCE_BYTES = 16 * 1024

export function answerCall(call: AcceptedCall): void {
  const { steering, generation, model, script } = call.answer
  const { record } = call
  record.model = model
  record.stream = script !== null
  const isBilled = steering.error === null && steering.cut !== 0
  if (isBilled) {
    record.prompt = generation.prompt
    record.cached = generation.cached
    record.cacheWrite = generation.cacheWrite
    if (call.answer.media) record.media = call.answer.media
  }

  if (steering === UNSTEERED && script === null) return sendAtOnce(call)

  const running = watchCall(call)
  if (steering.error !== null) return running.after(steering.ttft, () => sendError(running))
  if (steering.hang === 'headers') return
  if (steering.cut === 0) return running.after(steering.ttft, () => tear(running))
  if (script === null) return running.after(generationMs(steering, generation), () => sendBody(running))
  running.after(steering.ttft, () => sendStream(running, script))
}

function identityOf(record: CallRecord): CallIdentity {
  return { id: record.id, createdSeconds: Math.floor(record.at / 1000) }
}

function sendAtOnce(call: AcceptedCall): void {
  const body = call.answer.body(identityOf(call.record))
  const bodyBytes = bytesOf(body)
  recordOutput(call, call.answer.generation.visible)
  if (bodyBytes > AT_ONCE_BYTES) {
    watchCall(call)
    writeHead(call, 200, bodyBytes)
    call.response.end(body)
    return
  }
  writeHead(call, 200, bodyBytes)
  // Head and body leave in one write; Latin-1 is the cheaper copy where it is the same text.
  if (typeof body === 'string') call.response.end(body, bodyBytes === body.length ? 'latin1' : 'utf8')
  else call.response.end(body)
  call.journal.settle(call.record, 'done')
}

function sendBody(call: RunningCall): void {
  const { steering, generation } = call.answer
  const whole = call.answer.body(identityOf(call.record))
  const isJson = typeof whole === 'string' && call.answer.bodyType === undefined
  const body = isJson ? garbleBody(whole, steering.garbage) : whole
  const ending = planEnding(steering, generation)
  call.produced(ending.tokens)
  if (ending.kind !== 'whole') return sendPart(call, Buffer.from(body), ending)

  writeHead(call, 200, bytesOf(body))
  if (steering.garbage === 'split' && typeof body === 'string')
    writeTorn(call.response, Buffer.from(body), () => call.response.end())
  else call.response.end(body)
}

function bytesOf(body: string | Buffer): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length
}

/** The tokens' share of the body, with a head that promises all of it. */
function sendPart(call: RunningCall, body: Buffer, ending: Ending): void {
  const { visible } = call.answer.generation
  const share = visible > 0 ? ending.tokens / visible : 0.5
  const partBytes = Math.min(Math.floor(body.length * share), body.length - 1)
  writeHead(call, 200, body.length)
  call.response.write(body.subarray(0, partBytes), () => {
    if (ending.kind === 'torn') tear(call)
  })
}

function sendStream(call: RunningCall, script: NonNullable<Answer['script']>): void {
  const { steering, generation } = call.answer
  call.response.writeHead(200, [
    'content-type',
    call.answer.scriptType ?? 'text/event-stream; charset=utf-8',
    'cache-control',
    'no-cache',
    ...call.wire.idHeader(call.record.id),
    ...(call.wire.headers ?? []),
  ])
  playStream(call, {
    script: garbleScript(script(identityOf(call.record)), steering.garbage),
    ending: planEnding(steering, generation),
    tear: () => tear(call),
  })
}

function sendError(call: RunningCall): void {
  const status = call.answer.steering.error ?? 500
  const body = call.wire.errorBody(status, `Simulated error ${status}, as asked for in the message.`, call.record.id)
  call.settle('error')
  writeHead(call, status, Buffer.byteLength(body))
  call.response.end(body)
}

function tear(call: RunningCall): void {
  call.settle('error')
  call.response.destroy()
}

/** Raw pairs skip the header table that node:http would build first. */
function writeHead({ wire, record, answer, response }: AcceptedCall, status: number, bodyBytes: number): void {
  const [idName, id] = wire.idHeader(record.id)
  const type = (status === 200 ? answer.bodyType : undefined) ?? 'application/json'
  const head = ['content-type', type, idName, id, 'content-length', String(bodyBytes)]
  if (wire.headers) head.push(...wire.headers)
  if (status === 200 && answer.headers) head.push(...answer.headers)
  const { error, retry_after: retryAfter } = answer.steering
  if (error !== null) head.push(...(wire.errorHeaders?.(status) ?? []))
  if (error !== null && retryAfter !== null) head.push('retry-after', String(retryAfter))
  response.writeHead(status, head)
}
