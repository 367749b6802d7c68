import type { Ending } from '#lib/demo/simulator/rules/plan-ending.ts'
import type { RunningCall } from '#lib/demo/simulator/running-call.ts'
import { writeTorn } from '#lib/demo/simulator/torn-writer.ts'
import type { StreamScript } from '#lib/demo/simulator/wire.ts'

export type Play = {
  readonly script: StreamScript
  readonly ending: Ending
  readonly tear: () => void
}

/** Events that are due together leave together, up to this size; then the client must have taken them. */
const WRITE_CHARS = 16 * 1024

/**
 * Writes a stream at its pace: event k is due `k × gap` ms after the first, and a late one does not delay those
 * after it. Tokens count as produced when they are written, and no more is written than the client takes.
 */
export function playStream(call: RunningCall, { script, ending, tear }: Play): void {
  const { encode = (events: string) => Buffer.from(events) } = call.answer
  const { gap, chunk, garbage } = call.answer.steering
  const isTorn = garbage === 'split'
  const writeChars = isTorn ? 1 : WRITE_CHARS
  const startedMs = performance.now()
  let pending = script.open
  let sent = 0

  function dueTokens(): number {
    if (gap === 0) return ending.tokens
    const events = 1 + Math.floor((performance.now() - startedMs) / gap)
    return Math.min(ending.tokens, events * chunk)
  }

  function advance(): void {
    const due = dueTokens()
    while (sent < due && pending.length < writeChars) {
      const to = Math.min(sent + chunk, due)
      pending += script.events(sent, to)
      sent = to
    }
    if (sent === ending.tokens) return finish()
    if (pending !== '') return write(advance)
    const nextEvent = Math.ceil(sent / chunk)
    call.after(Math.max(1, Math.ceil(startedMs + nextEvent * gap - performance.now())), advance)
  }

  /** Goes on when the client has room. */
  function write(then: () => void): void {
    const bytes = encode(pending)
    pending = ''
    call.produced(sent)
    if (isTorn) writeTorn(call.response, bytes, then)
    else if (call.response.write(bytes)) then()
    else call.response.once('drain', then)
  }

  function finish(): void {
    if (ending.kind === 'silent') return write(() => {})
    if (ending.kind === 'torn') return writeAndTear()
    pending += script.close
    if (isTorn) return write(() => call.response.end())
    call.produced(sent)
    call.response.end(encode(pending))
  }

  /** What was written is flushed first: the client sees exactly the tokens that are counted. */
  function writeAndTear(): void {
    if (isTorn) return write(() => call.response.write('', tear))
    call.produced(sent)
    call.response.write(encode(pending), tear)
  }

  advance()
}
