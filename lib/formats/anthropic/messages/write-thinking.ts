/** How much to think, as a model of Anthropic's is told it. */
import { thinkingBy, type ThinkingBy } from '#lib/formats/anthropic/messages/thinking-models.ts'
import { settingNotCarried, type Effort, type NeutralRequest, type Reasoning } from '#lib/formats/neutral.ts'

type Written = { readonly thinking?: object; readonly effort?: string }

const leastBudget = 1024

/**
 * What part of the output maximum an effort may think away, for models that take a budget. The least and the most leave
 * room for the other: a thought without an answer is of no use.
 */
const shares: Readonly<Record<Effort, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
}

/** `maximum`: of the output, in tokens, thoughts included. */
export function writeThinking(request: NeutralRequest, model: string, maximum: number, leftOut: string[]): Written {
  const { reasoning, showThinking } = request
  const written = reasoning ? withReasoning(request, reasoning, thinkingBy(model), maximum) : {}
  const thinks = written.thinking !== undefined && reasoning?.kind !== 'off'
  if (showThinking === undefined || reasoning?.kind === 'off') return written
  if (!thinks) {
    // Whether the model thinks was left to it, so there is no place to say what to show.
    leftOut.push(request.named.showThinking ?? 'showThinking')
    return written
  }
  return { ...written, thinking: { ...written.thinking, display: showThinking ? 'summarized' : 'omitted' } }
}

function withReasoning(request: NeutralRequest, reasoning: Reasoning, by: ThinkingBy, maximum: number): Written {
  if (by === 'none') {
    if (reasoning.kind === 'off') return {}
    throw settingNotCarried(request, 'reasoning', 'it does not think')
  }
  switch (reasoning.kind) {
    case 'off':
      return { thinking: { type: 'disabled' } }
    case 'budget':
      if (by === 'effort') throw settingNotCarried(request, 'reasoning', 'it takes no budget, only an effort')
      return withBudget(request, reasoning.tokens, maximum)
    case 'adaptive':
      if (by === 'budget') return withBudget(request, share('medium', maximum), maximum)
      return { thinking: { type: 'adaptive' } }
    case 'effort':
      if (by === 'budget') return withBudget(request, share(reasoning.effort, maximum), maximum)
      return { thinking: { type: 'adaptive' }, effort: effortOf(reasoning.effort, by) }
  }
}

/** Anthropic's least is `low`; `xhigh` came with the models that take no budget any more. */
function effortOf(effort: Effort, by: ThinkingBy): string {
  if (effort === 'minimal') return 'low'
  return effort === 'xhigh' && by === 'either' ? 'high' : effort
}

function share(effort: Effort, maximum: number): number {
  return Math.max(leastBudget, Math.floor(maximum * shares[effort]))
}

function withBudget(request: NeutralRequest, tokens: number, maximum: number): Written {
  if (tokens < leastBudget || tokens >= maximum) {
    const why = `thinking takes at least ${leastBudget} tokens and less than the output maximum of ${maximum}`
    throw settingNotCarried(request, 'reasoning', why)
  }
  // https://platform.claude.com/docs/en/build-with-claude/extended-thinking: not with these.
  if (request.temperature !== undefined && request.temperature !== 1) {
    throw settingNotCarried(request, 'temperature', 'it must be 1 where the model thinks')
  }
  if (request.topK !== undefined) throw settingNotCarried(request, 'topK', 'the model thinks')
  return { thinking: { type: 'enabled', budget_tokens: tokens } }
}
