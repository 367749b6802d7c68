/** The whole of a response, as it stands in an answer and in a stream's first and last events. */
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerContext, Finish } from '#lib/formats/neutral.ts'

export type Standing = {
  readonly model: string
  readonly output: readonly object[]
  readonly tokens: TokenVector | null
  /** Null while the answer goes on. */
  readonly ended: { readonly reason: Finish; readonly saysNo: boolean } | null
}

/** What was asked for is repeated, as OpenAI does; defaults that only the provider knows are null. */
export function responseObject(context: AnswerContext, { model, output, tokens, ended }: Standing): object {
  const { asked = {} } = context
  const incomplete = ended && incompleteReason(ended)
  return {
    id: responseId(context),
    object: 'response',
    created_at: Math.floor(context.createdMs / 1000),
    completed_at: ended && !incomplete ? Math.floor(context.nowMs() / 1000) : null,
    status: ended ? (incomplete ? 'incomplete' : 'completed') : 'in_progress',
    access_programs: null,
    background: false,
    error: null,
    incomplete_details: incomplete ? { reason: incomplete } : null,
    instructions: asked.instructions ?? null,
    max_output_tokens: asked.max_output_tokens ?? null,
    model,
    output,
    parallel_tool_calls: asked.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null, ...(asked.reasoning as object | undefined) },
    safety_identifier: asked.safety_identifier ?? null,
    service_tier: 'default',
    store: false,
    temperature: asked.temperature ?? null,
    text: { format: { type: 'text' }, ...(asked.text as object | undefined) },
    tool_choice: asked.tool_choice ?? 'auto',
    tools: ((asked.tools ?? []) as object[]).map((tool) => ({
      description: null,
      parameters: null,
      strict: null,
      ...tool,
    })),
    top_p: asked.top_p ?? null,
    truncation: 'disabled',
    usage: tokens && usageOf(tokens),
    user: asked.user ?? null,
    metadata: asked.metadata ?? {},
  }
}

export function responseId({ callId }: AnswerContext): string {
  return `resp_${withoutPrefix(callId)}`
}

/** Of an item: its kind's prefix, the call, and where it stands. */
export function itemId(prefix: string, { callId }: AnswerContext, index: number): string {
  return `${prefix}_${withoutPrefix(callId)}_${index}`
}

function withoutPrefix(callId: string): string {
  return callId.replace(/^call_/, '')
}

/** A model that declines says so in its answer, which is whole; a filter breaks the answer off. */
function incompleteReason({ reason, saysNo }: NonNullable<Standing['ended']>): string | null {
  if (reason === 'length') return 'max_output_tokens'
  return reason === 'refusal' && !saysNo ? 'content_filter' : null
}

/** OpenAI's input count contains cached and written tokens. */
function usageOf(tokens: TokenVector): object {
  const cached = tokens.cached_read ?? 0
  const written = (tokens.cache_write_5m ?? 0) + (tokens.cache_write_1h ?? 0)
  const input = (tokens.input ?? 0) + (tokens.audio_input ?? 0) + (tokens.image_input ?? 0) + cached + written
  const output = (tokens.output ?? 0) + (tokens.audio_output ?? 0) + (tokens.image_output ?? 0)
  return {
    input_tokens: input,
    input_tokens_details: { cache_write_tokens: written, cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: tokens.reasoning ?? 0 },
    total_tokens: input + output,
  }
}
