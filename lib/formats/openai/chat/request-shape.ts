/**
 * What of a chat completions request can be carried to another wire. A field that does not stand here is refused by its
 * path, unless it is null. A default that changes nothing is accepted and asks for nothing.
 *
 * https://developers.openai.com/api/reference/resources/chat
 */
import * as z from 'zod'
import { asCarried, known } from '#lib/formats/carried-fields.ts'

/** Gateways take Anthropic's mark of what may be cached on this wire too. */
const cacheControl = known({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).nullish() }).nullish()
const cacheMarks = {
  cache_control: cacheControl,
  prompt_cache_breakpoint: known({ mode: z.literal('explicit'), ttl: z.enum(['30m', '12h']).nullish() }).nullish(),
}

const textPart = known({ type: z.literal('text'), text: z.string(), ...cacheMarks })
const refusalPart = known({ type: z.literal('refusal'), refusal: z.string() })
const imagePart = known({
  type: z.literal('image_url'),
  image_url: known({ url: z.string(), detail: z.enum(['low', 'high', 'auto']).nullish() }),
  ...cacheMarks,
})
const filePart = known({
  type: z.literal('file'),
  file: known({ file_data: z.string().nullish(), file_id: z.string().nullish(), filename: z.string().nullish() }),
  ...cacheMarks,
})
const audioPart = z.looseObject({ type: z.literal('input_audio'), input_audio: z.never('sound has no place there') })

const texts = z.union([z.string(), z.array(textPart)])

/** In which gateways, not OpenAI, hand thoughts back, and take them again. */
const thinkingBlock = z.discriminatedUnion('type', [
  known({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().nullish() }),
  known({ type: z.literal('redacted_thinking'), data: z.string() }),
])

const toolCall = known({
  id: z.string(),
  type: z.literal('function', 'only functions have a place there'),
  function: known({ name: z.string(), arguments: z.string() }),
  // Where Google's own OpenAI-compatible server puts the signature of the thought behind a call.
  extra_content: known({ google: known({ thought_signature: z.string().nullish() }).nullish() }).nullish(),
})

const message = z.discriminatedUnion('role', [
  known({ role: z.enum(['system', 'developer']), content: texts }),
  known({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart, filePart, audioPart]))]),
  }),
  known({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart]))]).nullish(),
    refusal: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    thinking_blocks: z.array(thinkingBlock).nullish(),
    tool_calls: z.array(toolCall).nullish(),
    // OpenAI's answers have it, so clients hand it back.
    annotations: z.array(z.never()).nullish(),
  }),
  // The name is an older habit of clients; the call with this id has it as well.
  known({ role: z.literal('tool'), tool_call_id: z.string(), content: texts, name: z.string().nullish() }),
])

/** As it is: what stands in a JSON Schema is between the caller and the model. */
const schema = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)

const tool = known({
  type: z.literal('function', 'only functions have a place there'),
  function: known({
    name: z.string(),
    description: z.string().nullish(),
    parameters: schema.nullish(),
    strict: z.boolean().nullish(),
  }),
  cache_control: cacheControl,
})

const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  known({ type: z.literal('function'), function: known({ name: z.string() }) }),
])

const responseFormat = z.discriminatedUnion('type', [
  known({ type: z.literal('text') }),
  known({ type: z.literal('json_object') }),
  known({
    type: z.literal('json_schema'),
    json_schema: known({
      name: z.string(),
      description: z.string().nullish(),
      schema,
      strict: z.boolean().nullish(),
    }),
  }),
])

const hint = z.unknown().optional()

const chatRequest = known({
  model: z.string(),
  messages: z.array(message),
  stream: z.boolean().nullish(),
  stream_options: known({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  max_tokens: z.number().nullish(),
  max_completion_tokens: z.number().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  seed: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  response_format: responseFormat.nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),

  // Hints, which are left out and named.
  metadata: hint,
  prompt_cache_key: hint,
  prompt_cache_options: hint,
  prompt_cache_retention: hint,

  // Defaults, which ask for nothing.
  n: z.literal(1, 'only one answer can be asked for there').nullish(),
  logprobs: z.literal(false).nullish(),
  top_logprobs: z.literal(0).nullish(),
  logit_bias: z.record(z.string(), z.never()).nullish(),
  modalities: z.tuple([z.literal('text')]).nullish(),
  service_tier: z.enum(['auto', 'default']).nullish(),
  store: z.literal(false).nullish(),
  verbosity: z.literal('medium').nullish(),
})

export type ChatRequest = z.infer<typeof chatRequest>
export type ChatMessage = ChatRequest['messages'][number]
export type ContentPart<Role extends ChatMessage['role']> = Exclude<
  Extract<ChatMessage, { role: Role }>['content'],
  string | null | undefined
>[number]
export type CacheMarks = Pick<z.infer<typeof textPart>, 'cache_control' | 'prompt_cache_breakpoint'>

/** Throws NotCarried for the first field that has no place. */
export function asChatRequest(body: unknown): ChatRequest {
  return asCarried(chatRequest, body)
}
