import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { Message } from '#lib/demo/simulator/wires/anthropic/prompt.ts'

/** Anthropic counts what was read from the cache and what was written to it apart from the rest of the prompt. */
export function promptUsage({ prompt, cached, cacheWrite }: Generation): string {
  const rest = prompt - cached - cacheWrite
  return `"input_tokens":${rest},"cache_creation_input_tokens":${cacheWrite},"cache_read_input_tokens":${cached}`
}

/** The usage of a message, with the output up to now. */
export function messageUsage(generation: Generation, outputTokens: number, writesForAnHour: boolean): string {
  const hour = writesForAnHour ? generation.cacheWrite : 0
  const fiveMinutes = generation.cacheWrite - hour
  return `{${promptUsage(generation)},"cache_creation":{"ephemeral_5m_input_tokens":${fiveMinutes},"ephemeral_1h_input_tokens":${hour}},"output_tokens":${outputTokens}${thinkingUsage(generation, outputTokens)},"service_tier":"standard"}`
}

/** How much of the output was thought; nothing where none was. */
export function thinkingUsage({ reasoning }: Generation, outputTokens: number): string {
  const thought = Math.min(reasoning, outputTokens)
  return thought > 0 ? `,"output_tokens_details":{"thinking_tokens":${thought}}` : ''
}

/**
 * Whether what is written to the cache is kept for an hour, which costs more than the usual five minutes: when
 * any `cache_control` of the request says so.
 */
export function asksForAnHour(request: Members, messages: readonly Message[]): boolean {
  return [request, request.tools, request.system, ...messages.map(({ content }) => content)].flat().some(isForAnHour)
}

function isForAnHour(block: unknown): boolean {
  return isObject(block) && isObject(block.cache_control) && block.cache_control.ttl === '1h'
}
