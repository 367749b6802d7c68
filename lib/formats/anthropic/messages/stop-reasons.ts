/** Why an answer ended, in Anthropic's words and in neutral ones. */
import type { Finish } from '#lib/formats/neutral.ts'

export function stopReasonOf(finish: Finish): string {
  return reasons[finish]
}

const reasons: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  'stop sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool calls': 'tool_use',
  refusal: 'refusal',
}

/** A reason that we do not know is an end like any other. `pause_turn` comes only with Anthropic's own tools. */
export function finishOf(stopReason: unknown): Finish {
  if (stopReason === 'model_context_window_exceeded') return 'length'
  const known = Object.entries(reasons).find(([, reason]) => reason === stopReason)
  return known ? (known[0] as Finish) : 'stop'
}
