/**
 * A response and its items: reasoning when there is any, then a message or a function's call. What has no tokens has no
 * item.
 */
import { answerText, wideAnswerText } from '#lib/demo/simulator/rules/answer-text.ts'
import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'
import { spreadText, type ToolUse } from '#lib/demo/simulator/rules/tool-use.ts'
import type { CallIdentity } from '#lib/demo/simulator/wire.ts'

export type Asked = {
  readonly model: string
  readonly request: Members
  readonly steering: Steering
  readonly generation: Generation
  readonly tool: ToolUse | null
  /** The JSON that the caller wants as the answer. */
  readonly formed: string | null
  readonly showsSummary: boolean
  readonly encryptsReasoning: boolean
}

type Status = 'in_progress' | 'completed' | 'incomplete'

export function finalResponse(asked: Asked, identity: CallIdentity): object {
  const status = statusOf(asked)
  const { reasoning, visible } = asked.generation
  const output: object[] = []
  if (reasoning > 0) output.push(reasoningItem(asked, identity, summaryOf(asked)))
  if (visible > 0) output.push(answerItem(asked, identity, outputText(asked, 0, visible), status))
  return responseObject(asked, identity, status, output)
}

export function statusOf({ generation }: Asked): 'completed' | 'incomplete' {
  return generation.withheld > 0 ? 'incomplete' : 'completed'
}

/** As OpenAI shows a response, with what was asked for repeated in it. */
export function responseObject(
  asked: Asked,
  identity: CallIdentity,
  status: Status,
  output: readonly object[],
): object {
  const { request, model } = asked
  const done = status !== 'in_progress'
  return {
    id: `resp_${identity.id}`,
    object: 'response',
    created_at: identity.createdSeconds,
    status,
    access_programs: null,
    background: false,
    completed_at: status === 'completed' ? identity.createdSeconds : null,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    model,
    output,
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: request.previous_response_id ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: { effort: null, summary: null, ...(isObject(request.reasoning) ? request.reasoning : {}) },
    safety_identifier: request.safety_identifier ?? null,
    service_tier: 'default',
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: { format: { type: 'text' }, verbosity: 'medium', ...(isObject(request.text) ? request.text : {}) },
    tool_choice: request.tool_choice ?? 'auto',
    tools: request.tools ?? [],
    top_logprobs: request.top_logprobs ?? 0,
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? 'disabled',
    ...(asked.steering.usage === 'none' ? {} : { usage: done ? usageOf(asked.generation) : null }),
    user: request.user ?? null,
    metadata: request.metadata ?? {},
  }
}

/** Says what hidden tokens were for when a caller wants a summary. They are billed by number, not by this text. */
export const summaryText = 'The simulated model thought about what to say.'

export function summaryOf({ showsSummary }: Asked): object[] {
  return showsSummary ? [{ type: 'summary_text', text: summaryText }] : []
}

export function reasoningItem(asked: Asked, { id }: CallIdentity, summary: readonly object[]): object {
  const { encryptsReasoning, generation } = asked
  const encrypted = Buffer.from(`simulated reasoning, ${generation.reasoning} tokens`).toString('base64')
  return { id: `rs_${id}`, type: 'reasoning', ...(encryptsReasoning ? { encrypted_content: encrypted } : {}), summary }
}

/** The message or the function's call, with this much of its text or arguments; null before a message has a part. */
export function answerItem({ tool }: Asked, { id }: CallIdentity, text: string | null, status: Status): object {
  if (tool) {
    const call = { arguments: text ?? '', call_id: `call_${id}`, name: tool.name }
    return { id: answerId(tool, id), type: 'function_call', status, ...call }
  }
  const content = text === null ? [] : [textPart(text)]
  return { id: answerId(tool, id), type: 'message', status, content, role: 'assistant' }
}

export function answerId(tool: ToolUse | null, id: string): string {
  return `${tool ? 'fc' : 'msg'}_${id}`
}

export function textPart(text: string): object {
  return { type: 'output_text', annotations: [], logprobs: [], text }
}

/** What the tokens `from` (inclusive) to `to` (exclusive) say, as text or as arguments. */
export function outputText({ tool, formed, generation, steering }: Asked, from: number, to: number): string {
  const spread = tool?.arguments ?? formed
  if (spread !== null) return spreadText(spread, generation, from, to)
  return steering.garbage === 'split' ? wideAnswerText(from, to) : answerText(0, from, to)
}

function usageOf({ prompt, cached, cacheWrite, reasoning, visible }: Generation): object {
  const output = reasoning + visible
  return {
    input_tokens: prompt,
    input_tokens_details: { cache_write_tokens: cacheWrite, cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: prompt + output,
  }
}
