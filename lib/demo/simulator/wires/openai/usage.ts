import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'

/** As chats and completions tell it, in JSON. Each choice is billed for its own output; the prompt is billed once. */
export function usageOf({ choices, prompt, cached, cacheWrite, reasoning, visible }: Generation): string {
  const completion = (reasoning + visible) * choices
  const written = cacheWrite > 0 ? `,"cache_write_tokens":${cacheWrite}` : ''
  return `{"prompt_tokens":${prompt},"completion_tokens":${completion},"total_tokens":${prompt + completion},"prompt_tokens_details":{"cached_tokens":${cached},"audio_tokens":0${written}},"completion_tokens_details":{"reasoning_tokens":${reasoning * choices},"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}`
}
