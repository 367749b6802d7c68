import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'

/** How an answer that has begun will end: whole, in silence, or torn, after so many visible tokens a choice. */
export type Ending = { readonly kind: 'whole' | 'silent' | 'torn'; readonly tokens: number }

/** `hang=stream` falls silent after the first event, `cut` tears the answer; the one that comes first wins. */
export function planEnding(steering: Steering, { visible }: Generation): Ending {
  const firstEvent = Math.min(steering.chunk, visible)
  const isSilent = steering.hang === 'stream'
  if (steering.cut !== null && !(isSilent && firstEvent <= steering.cut)) {
    return { kind: 'torn', tokens: Math.min(steering.cut, visible) }
  }
  return isSilent ? { kind: 'silent', tokens: firstEvent } : { kind: 'whole', tokens: visible }
}

/** How long the model works on an answer before its last event. */
export function generationMs({ ttft, gap, chunk }: Steering, { visible }: Generation): number {
  return ttft + gap * Math.max(0, Math.ceil(visible / chunk) - 1)
}
