import type { Steering } from '#lib/demo/simulator/rules/steering.ts'

/** What one call gets: the tokens of its prompt, and those of each of its choices. */
export type Generation = {
  readonly choices: number
  readonly prompt: number
  readonly cached: number
  readonly cacheWrite: number
  /** Output tokens of a choice that come before its answer: billed always, shown by some wires. */
  readonly reasoning: number
  readonly visible: number
  /** What the model would have given beyond the caller's maximum; more than 0 means the answer was cut by it. */
  readonly withheld: number
}

export type GenerationFacts = {
  readonly steering: Steering
  /** What the text came to; `in` overrides it. */
  readonly promptTokens: number
  readonly choices: number
  readonly maximum: number | null
}

/** Cached and written tokens are parts of the prompt, reasoning is a part of the output: none exceeds its whole. */
export function planGeneration({ steering, promptTokens, choices, maximum }: GenerationFacts): Generation {
  const prompt = steering.in ?? promptTokens
  const cached = Math.min(steering.cached, prompt)
  const output = maximum === null ? steering.out : Math.min(steering.out, maximum)
  const reasoning = Math.min(steering.reasoning, output)
  return {
    choices,
    prompt,
    cached,
    cacheWrite: Math.min(steering.cache_write, prompt - cached),
    reasoning,
    visible: output - reasoning,
    withheld: steering.out - output,
  }
}
