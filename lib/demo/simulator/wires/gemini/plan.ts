import { type Generation, type GenerationFacts, planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'

/** Gemini's cache is filled by Google or by calls of its own, so no answer writes to it, whatever was asked for. */
export function planGemini(facts: GenerationFacts): Generation {
  const { steering } = facts
  if (steering.cache_write === 0) return planGeneration(facts)
  return planGeneration({ ...facts, steering: { ...steering, cache_write: 0 } })
}
