/**
 * What of a request for a response can be carried to another wire. A default that changes nothing is accepted and asks for
 * nothing.
 *
 * https://developers.openai.com/api/reference/resources/responses
 */
import * as z from 'zod'
import { asCarried, known, refused } from '#lib/formats/carried-fields.ts'

const cacheMark = {
  prompt_cache_breakpoint: known({ mode: z.literal('explicit'), ttl: z.enum(['30m', '12h']).nullish() }).nullish(),
}
/** Nothing in it: what only OpenAI's own answers have. */
const empty = z.array(z.never()).nullish()

const inputText = known({ type: z.literal('input_text'), text: z.string(), ...cacheMark })
const inputImage = known({
  type: z.literal('input_image'),
  image_url: z.string().nullish(),
  file_id: z.string().nullish(),
  detail: z.enum(['low', 'high', 'auto']).nullish(),
  ...cacheMark,
})
const inputFile = known({
  type: z.literal('input_file'),
  file_data: z.string().nullish(),
  file_url: z.string().nullish(),
  file_id: z.string().nullish(),
  filename: z.string().nullish(),
  detail: z.literal('auto').nullish(),
  ...cacheMark,
})
/** OpenAI's clients read an answer's JSON for their callers, and leave it in what these hand back. */
const readByClient = z.unknown().optional()
const outputText = known({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: empty,
  logprobs: empty,
  parsed: readByClient,
})
const refusal = known({ type: z.literal('refusal'), refusal: z.string(), parsed: readByClient })

/** What OpenAI's answers have, so clients hand it back. */
const answered = {
  id: z.string().nullish(),
  status: z.enum(['in_progress', 'completed', 'incomplete']).nullish(),
}

const message = z.discriminatedUnion('role', [
  known({
    type: z.literal('message'),
    role: z.enum(['system', 'developer']),
    content: z.union([z.string(), z.array(inputText)]),
    ...answered,
  }),
  known({
    type: z.literal('message'),
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [inputText, inputImage, inputFile]))]),
    ...answered,
  }),
  known({
    type: z.literal('message'),
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [outputText, inputText, refusal]))]),
    phase: z.enum(['commentary', 'final_answer']).nullish(),
    ...answered,
  }),
])

const functionCall = known({
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
  parsed_arguments: readByClient,
  async: z.literal(false).nullish(),
  caller: known({ type: z.literal('direct') }).nullish(),
  ...answered,
})

const functionCallOutput = known({
  type: z.literal('function_call_output'),
  call_id: z.string(),
  name: z.string().nullish(),
  output: z.union([z.string(), z.array(z.discriminatedUnion('type', [inputText, inputImage, inputFile]))]),
  caller: known({ type: z.literal('direct') }).nullish(),
  ...answered,
})

const reasoningItem = known({
  type: z.literal('reasoning'),
  summary: z.array(known({ type: z.literal('summary_text'), text: z.string() })),
  content: z.array(known({ type: z.literal('reasoning_text'), text: z.string() })).nullish(),
  encrypted_content: z.string().nullish(),
  ...answered,
})

const item = z.preprocess(
  (value) => {
    // Messages may leave their type out.
    const isMessage = typeof value === 'object' && value !== null && 'role' in value && !('type' in value)
    return isMessage ? { ...value, type: 'message' } : value
  },
  z.discriminatedUnion('type', [message, functionCall, functionCallOutput, reasoningItem]),
)

const schema = z.record(z.string(), z.unknown())

const tool = known({
  type: z.literal('function', 'only functions have a place there'),
  name: z.string(),
  description: z.string().nullish(),
  parameters: schema.nullish(),
  strict: z.boolean().nullish(),
  async: z.literal(false).nullish(),
  defer_loading: z.literal(false).nullish(),
  allowed_callers: z.tuple([z.literal('direct')]).nullish(),
})

const format = z.discriminatedUnion('type', [
  known({ type: z.literal('text') }),
  known({ type: z.literal('json_object') }),
  known({
    type: z.literal('json_schema'),
    name: z.string(),
    description: z.string().nullish(),
    schema,
    strict: z.boolean().nullish(),
  }),
])

const hint = z.unknown().optional()
const summary = z.enum(['auto', 'concise', 'detailed']).nullish()

const request = known({
  model: z.string(),
  input: z.union([z.string(), z.array(item)]).nullish(),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z
    .union([z.enum(['auto', 'none', 'required']), known({ type: z.literal('function'), name: z.string() })])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  max_output_tokens: z.number().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  text: known({ format: format.nullish(), verbosity: z.literal('medium').nullish() }).nullish(),
  reasoning: known({
    effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
    summary,
    generate_summary: summary,
    context: z.literal('auto').nullish(),
    mode: z.literal('standard').nullish(),
  }).nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),

  // Hints, which are left out and named. Padding a stream is one: it hides the length of what is said.
  metadata: hint,
  prompt_cache_key: hint,
  prompt_cache_options: z.looseObject({ prewarm: z.literal(false).nullish() }).nullish(),
  prompt_cache_retention: hint,
  stream_options: known({ include_obfuscation: z.boolean().nullish() }).nullish(),

  // Defaults, which ask for nothing. Without tools of the provider's there are no calls of them to limit.
  background: z.literal(false).nullish(),
  context_management: empty,
  include: z.array(z.literal('reasoning.encrypted_content')).nullish(),
  max_tool_calls: z.number().nullish(),
  service_tier: z.enum(['auto', 'default']).nullish(),
  top_logprobs: z.literal(0).nullish(),
  truncation: z.literal('disabled').nullish(),

  // OpenAI keeps answers unless told not to; only who asks for it counts on it.
  store: z.literal(false, 'nothing is kept there to be fetched later').nullish(),
  conversation: refused('only OpenAI keeps it'),
  previous_response_id: refused('only OpenAI keeps the conversation before'),
  prompt: refused('only OpenAI keeps it'),
})

export type ResponseRequest = z.infer<typeof request>
export type InputItem = Exclude<ResponseRequest['input'], string | null | undefined>[number]
export type InputPart = z.infer<typeof inputText> | z.infer<typeof inputImage> | z.infer<typeof inputFile>

/** Throws NotCarried for the first field that has no place. */
export function asResponseRequest(body: unknown): ResponseRequest {
  return asCarried(request, body)
}
