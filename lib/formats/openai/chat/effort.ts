/** How hard a model is to think: `reasoning_effort` and the neutral exchange's terms. */
import type { Effort, Reasoning } from '#lib/formats/neutral.ts'
import type { ChatRequest } from '#lib/formats/openai/chat/request-shape.ts'

export function reasoningOf(effort: NonNullable<ChatRequest['reasoning_effort']>): Reasoning {
  if (effort === 'none') return { kind: 'off' }
  return { kind: 'effort', effort }
}

/**
 * The wire's word. `max` is written as `xhigh`, which more models know. A budget becomes the effort that spends about as
 * much: up to 4,096 tokens low, up to 16,384 medium, beyond that high. A model that is to judge for itself gets the
 * middle: some take no effort to mean no thought at all.
 */
export function effortOf(reasoning: Reasoning): string {
  switch (reasoning.kind) {
    case 'off':
      return 'none'
    case 'adaptive':
      return 'medium'
    case 'effort':
      return wordOf[reasoning.effort]
    case 'budget':
      if (reasoning.tokens <= 4_096) return 'low'
      return reasoning.tokens <= 16_384 ? 'medium' : 'high'
  }
}

const wordOf: Readonly<Record<Effort, string>> = {
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'xhigh',
}
