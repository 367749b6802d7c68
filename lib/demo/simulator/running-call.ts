import type { ServerResponse } from 'node:http'
import type { CallRecord, Finish, Journal } from '#lib/demo/simulator/journal.ts'
import type { Answer, Wire } from '#lib/demo/simulator/wire.ts'

export type AcceptedCall = {
  readonly wire: Wire
  readonly answer: Answer
  readonly record: CallRecord
  readonly journal: Journal
  readonly response: ServerResponse
}

/** A call whose client may leave, or whose answer takes a while. */
export type RunningCall = AcceptedCall & {
  /** Does something later, unless the client leaves before. */
  readonly after: (ms: number, act: () => void) => void
  readonly settle: (finished: Finish) => void
  /** So many visible tokens of each choice have been written. */
  readonly produced: (tokens: number) => void
}

/** From here on the call is settled by itself when its response is closed, by whichever side. */
export function watchCall(call: AcceptedCall): RunningCall {
  const { record, journal, response } = call
  let timer: NodeJS.Timeout | undefined
  response.on('close', () => {
    clearTimeout(timer)
    journal.settle(record, response.writableFinished ? 'done' : 'aborted')
  })
  return {
    ...call,
    after(ms, act) {
      if (ms <= 0) act()
      else timer = setTimeout(act, ms)
    },
    settle: (finished) => journal.settle(record, finished),
    produced: (tokens) => recordOutput(call, tokens),
  }
}

/** Hidden tokens come before visible ones, so they count as soon as anything is written. */
export function recordOutput({ record, answer: { generation } }: AcceptedCall, tokens: number): void {
  record.reasoning = generation.reasoning * generation.choices
  record.completion = (generation.reasoning + tokens) * generation.choices
}
