/** Where the gateway may answer otherwise than the provider does, and why. Everything else is a failure. */
import type { AllowedDifference } from './compare.ts'

const everywhere = (allows: AllowedDifference['allows'], at: string, why: string): AllowedDifference => ({
  at,
  in: 'every case',
  allows,
  why,
})
const translated = (allows: AllowedDifference['allows'], at: string, why: string): AllowedDifference => ({
  at,
  in: 'translated',
  allows,
  why,
})

const ids = 'Every call has ids of its own.'
const idNames = [
  'id',
  'call_id',
  'item_id',
  'itemId',
  'response_id',
  'tool_call_id',
  'tool_use_id',
  'responseId',
  'toolCallId',
  'toolUseId',
]
const times = 'Every call has a time of its own.'
const unaskedSettings = ['max_tool_calls', 'prompt_cache_key', 'prompt_cache_retention', 'moderation', 'conversation']
const prompts =
  "A prompt is counted as the provider's wire has it: instructions, pictures and tools' results weigh otherwise there. " +
  "The ledger's count is compared with the provider's own."
const unasked =
  'The gateway asks every stream for its usage. Whoever did not ask is not told it, but the place for it is there.'
const limits = 'The limits are those of the key, not of the provider.'

export const allowedDifferences: readonly AllowedDifference[] = [
  ...idNames.map((name) => everywhere('another value', `result.**.${name}`, ids)),
  everywhere('another value', 'result.**.created', times),
  everywhere('another value', 'result.**.created_at', times),
  everywhere('another value', 'result.**.completed_at', times),
  everywhere('another value', 'result.**.timestamp', times),
  everywhere('anything', 'http.*.headers.x-gatehouse-*', 'The gateway tells who it is and what is left.'),
  everywhere('anything', 'http.*.headers.x-ratelimit-*', limits),
  everywhere('anything', 'http.*.headers.anthropic-ratelimit-*', limits),
  everywhere('null or nothing', 'result.chunks.*.usage', unasked),
  everywhere('null or nothing', 'result.final.usage', unasked),

  {
    at: 'http.*.headers.*request-id',
    in: 'google',
    allows: 'anything',
    why: "Google has no such header, though the simulator does; Anthropic's client reads one, so the gateway has it.",
  },

  ...['content_filter_results', 'prompt_filter_results'].map((name): AllowedDifference => ({
    at: `result.**.${name}`,
    in: 'azure and another',
    allows: 'anything',
    why: 'Only Azure filters content, and tells what it found.',
  })),
  ...['chunks', 'parts'].map((name): AllowedDifference => ({
    at: `result.${name}`,
    in: 'azure and another',
    allows: 'anything',
    why: "Azure's streams begin with an event on the prompt. What the client makes of them, `final`, is compared.",
  })),
  {
    at: 'http.*.headers.apim-request-id',
    in: 'azure and another',
    allows: 'anything',
    why: 'Only Azure names a call so.',
  },
  everywhere('anything', 'http.*.headers.x-ms-region', 'Where Azure runs a deployment is not told to callers.'),
  {
    at: 'http.*.headers.x-request-id',
    in: 'azure',
    allows: 'anything',
    why: "The simulated Azure has `apim-request-id` alone; OpenAI's client reads this one, so it is always there.",
  },

  ...['prompt_tokens', 'total_tokens', 'input_tokens', 'inputTokens', 'totalTokens', 'noCacheTokens'].map((name) =>
    translated('another value', `result.**.${name}`, prompts),
  ),
  ...['promptTokenCount', 'totalTokenCount'].map((name) => translated('another value', `result.**.${name}`, prompts)),
  translated('anything', 'result.**.promptTokensDetails', 'Only Gemini tells the prompt by modality.'),
  translated('anything', 'result.**.usage.raw', 'What a wire says of usage beside what is compared is its own.'),
  translated('anything', 'result.**.totalUsage.raw', 'As with usage.'),
  translated('anything', 'result.**.service_tier', 'A tier of service is what a provider sells.'),
  translated('anything', 'result.**.system_fingerprint', 'Only OpenAI says which of its systems answered.'),
  translated('anything', 'result.**.annotations', 'Only OpenAI annotates, and the simulator never.'),
  translated('anything', 'result.**.accepted_prediction_tokens', 'Only OpenAI takes predictions.'),
  translated('anything', 'result.**.rejected_prediction_tokens', 'Only OpenAI takes predictions.'),
  translated('anything', 'result.**.audio_tokens', 'No audio is carried to other wires.'),
  translated('anything', 'result.**.caller', 'Anthropic tells who called a tool; the simulator leaves it out.'),
  translated('anything', 'result.**.providerMetadata', 'As with `caller`, which the AI SDK tells there.'),
  ...['container', 'diagnostics', 'stop_details'].map((name) =>
    translated('null or nothing', `result.**.${name}`, 'Anthropic says null where the simulator says nothing.'),
  ),
  translated(
    'another value',
    'result.**.reasoning_tokens',
    'Not every provider counts thoughts apart from the output that they are in.',
  ),
  translated('anything', 'result.**.output_tokens_details', 'As with `reasoning_tokens`: Converse counts none apart.'),
  ...['reasoning_content', 'thinking_blocks'].map((name) =>
    translated('anything', `result.**.${name}`, "Other providers' thoughts are shown where many servers show theirs."),
  ),
  ...['summary.*.text', 'thinking'].map((name) =>
    translated('another value', `result.**.${name}`, 'Every simulated provider thinks in words of its own.'),
  ),
  translated('another value', 'result.**.signature', 'Who thought signs, and not every provider does.'),
  translated(
    'anything',
    'result.**.encrypted_content',
    'What proves a thought to its provider must come back with it.',
  ),
  ...['temperature', 'top_p', 'verbosity', 'top_logprobs', 'frequency_penalty', 'presence_penalty'].map((name) =>
    translated(
      'anything',
      `result.**.${name}`,
      'A default that only the provider knows is told as null, or not at all.',
    ),
  ),
  ...unaskedSettings.map((name) =>
    translated('null or nothing', `result.**.${name}`, 'OpenAI repeats as null what was not asked for.'),
  ),
  translated('anything', 'result.**.functionCall.id', 'Gemini may name a call; other wires always do.'),
  translated(
    'anything',
    'result.chunks',
    'How an answer is cut into events is up to the provider. What the client makes of them, `final`, is compared.',
  ),
  translated('anything', 'result.events', 'As with chunks.'),
  translated('anything', 'result.parts', 'As with chunks.'),
  translated(
    'anything',
    'http.*.headers.*request-id',
    'The provider tells its id of the call in a header of its own wire. Ours is in x-gatehouse-request-id.',
  ),
]
