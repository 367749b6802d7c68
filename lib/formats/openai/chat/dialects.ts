/**
 * Many servers speak this wire, and differ in what they refuse. Whose model it is, is told by its name; a name that tells
 * nothing is taken for that of an OpenAI-compatible server.
 */

/** One of OpenAI's own hosted models: `gpt-5`, `o3-mini`, `ft:gpt-4o:…`, `openai/gpt-6`; not open ones, such as `gpt-oss`. */
const openaiModel = /(?:^|[/:])(?:chatgpt-|gpt-(?!oss|j|neo)|o\d)/
const modelBeforeReasoning = /(?:^|[/:])(?:chatgpt-4|gpt-[34])/
const geminiModel = /gemini/

/**
 * OpenAI's reasoning models refuse `max_tokens`; several compatible servers know nothing else, and would answer without
 * any maximum.
 */
export function outputMaximumField(model: string): 'max_completion_tokens' | 'max_tokens' {
  return openaiModel.test(model) ? 'max_completion_tokens' : 'max_tokens'
}

/** Whether the model takes its thoughts back: DeepSeek, Kimi and GLM demand it, OpenAI never shows any. */
export function takesThoughtsBack(model: string): boolean {
  return !openaiModel.test(model)
}

/** Whether the model could reason: older ones of OpenAI's refuse to be told not to. */
export function mayReason(model: string): boolean {
  return !modelBeforeReasoning.test(model)
}

/** Whether the model reads the signature of a call: Gemini behind Google's OpenAI-compatible server demands it. */
export function readsCallSignatures(model: string): boolean {
  return geminiModel.test(model)
}
