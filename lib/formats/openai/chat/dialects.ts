/**
 * Many servers speak this wire, and differ in what they demand and what they refuse. Whose model it is, is told by its
 * name; a name that tells nothing is taken for that of a compatible server, which gets only what all of them know.
 */

/** One of OpenAI's own hosted models: `gpt-5`, `o3-mini`, `ft:gpt-4o:…`, `openai/gpt-6`; not open ones, such as `gpt-oss`. */
const openaiModel = /(?:^|[/:])(?:chatgpt-|gpt-(?!oss|j|neo)|o\d)/i
const beforeReasoning = /(?:^|[/:])(?:chatgpt-4|gpt-[34])/i

/**
 * OpenAI's reasoning models refuse `max_tokens`; of compatible servers some refuse the newer name (Mistral), and others
 * do not know it, and would answer without any maximum.
 */
export function outputMaximumField(model: string): 'max_completion_tokens' | 'max_tokens' {
  return openaiModel.test(model) ? 'max_completion_tokens' : 'max_tokens'
}

/**
 * Whether the model's server wants its thoughts back as `reasoning_content`, and refuses assistant messages without the
 * field (DeepSeek, Kimi, GLM). Others refuse messages that have it (Groq, Mistral); OpenAI shows no thoughts at all.
 */
export function demandsThoughts(model: string): boolean {
  return /deepseek|kimi|glm/i.test(model)
}

/** Whether the model could reason: older ones of OpenAI's refuse to be told not to. */
export function mayReason(model: string): boolean {
  return !beforeReasoning.test(model)
}

/** Whether the server wants to know the end user, in these words: others may refuse the field, OpenAI what is longer. */
export function takesEndUser(model: string, endUser: string): boolean {
  return openaiModel.test(model) && endUser.length <= 64
}

/** Whether the model reads the signature of a call: Gemini behind Google's OpenAI-compatible server demands it. */
export function readsCallSignatures(model: string): boolean {
  return /gemini/i.test(model)
}
