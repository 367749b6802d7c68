/** Why an answer ended, in Converse's words and in neutral ones. */
import type { Finish } from '#lib/formats/neutral.ts'

export function stopReasonOf(finish: Finish): string {
  return reasons[finish]
}

const reasons: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  'stop sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool calls': 'tool_use',
  refusal: 'content_filtered',
}

/** A reason that we do not know is an end like any other. */
export function finishOf(stopReason: unknown): Finish {
  if (stopReason === 'model_context_window_exceeded') return 'length'
  if (stopReason === 'guardrail_intervened') return 'refusal'
  const known = Object.entries(reasons).find(([, reason]) => reason === stopReason)
  return known ? (known[0] as Finish) : 'stop'
}
