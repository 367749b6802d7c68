/** Why an answer ended. */
import type { Finish } from '#lib/formats/neutral.ts'

/** Google's reason; an answer that calls functions stops like any other. Filters have many names. */
export function readFinish(reason: string, hasCalls: boolean): Finish {
  switch (reason) {
    case 'STOP':
    case 'FINISH_REASON_UNSPECIFIED':
      return hasCalls ? 'tool calls' : 'stop'
    case 'MAX_TOKENS':
    // What one request may generate was reached.
    case 'CONTINUATION':
      return 'length'
    default:
      return 'refusal'
  }
}

export function writeFinish(finish: Finish): string {
  if (finish === 'length') return 'MAX_TOKENS'
  return finish === 'refusal' ? 'SAFETY' : 'STOP'
}
