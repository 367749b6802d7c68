/** A neutral request as a chat completions request. */
import {
  type NeutralRequest,
  type OutputForm,
  type Reasoning,
  settingNotCarried,
  type Tool,
  type ToolChoice,
  type WrittenRequest,
  type WriteTarget,
} from '#lib/formats/neutral.ts'
import { mayReason, outputMaximumField, takesEndUser } from '#lib/formats/openai/chat/dialects.ts'
import { effortOf } from '#lib/formats/openai/chat/effort.ts'
import { writeMessages } from '#lib/formats/openai/chat/write-messages.ts'

/** Throws NotCarried. */
export function writeRequest(request: NeutralRequest, target: WriteTarget): WrittenRequest {
  if (request.topK !== undefined) throw settingNotCarried(request, 'topK')
  const leftOut: string[] = []
  const { model, outputMaximum } = target
  const body = {
    model,
    messages: writeMessages(request, model, leftOut),
    ...(request.stream && { stream: true, stream_options: { include_usage: true } }),
    ...(request.tools.length > 0 && toolFields(request, leftOut)),
    ...(outputMaximum !== null && { [outputMaximumField(model)]: outputMaximum }),
    ...field('temperature', request.temperature),
    ...field('top_p', request.topP),
    ...field('seed', request.seed),
    ...field('frequency_penalty', request.frequencyPenalty),
    ...field('presence_penalty', request.presencePenalty),
    ...field('stop', request.stop),
    ...field('response_format', request.output && responseFormat(request.output)),
    ...field('reasoning_effort', request.reasoning && effortFor(request.reasoning, model)),
    ...(request.endUser !== undefined && endUserField(request, request.endUser, model, leftOut)),
  }
  // There is nothing to ask with: a server shows the thoughts that it shows.
  if (request.named.showThinking) leftOut.push(request.named.showThinking)
  return { body, leftOut }
}

/** A hint must not cost the call. The older name of `safety_identifier` is the one that every version knows. */
function endUserField(request: NeutralRequest, endUser: string, model: string, leftOut: string[]): object {
  if (takesEndUser(model, endUser)) return { user: endUser }
  leftOut.push(request.named.endUser ?? 'endUser')
  return {}
}

function field(name: string, value: unknown): object {
  return value === undefined ? {} : { [name]: value }
}

/** What is said of tools is refused where there are none. */
function toolFields({ tools, toolChoice, parallelToolCalls }: NeutralRequest, leftOut: string[]): object {
  for (const { at, cache } of tools) if (cache) leftOut.push(`${at}.cache_control`)
  return {
    tools: tools.map(writeTool),
    ...field('tool_choice', toolChoice && writeToolChoice(toolChoice)),
    ...field('parallel_tool_calls', parallelToolCalls),
  }
}

function writeTool({ name, description, schema, strict }: Tool): object {
  return {
    type: 'function',
    function: {
      name,
      ...(description !== null && { description }),
      ...(schema !== null && { parameters: schema }),
      ...(strict !== null && { strict }),
    },
  }
}

function writeToolChoice(choice: ToolChoice): unknown {
  if (choice.kind === 'tool') return { type: 'function', function: { name: choice.name } }
  return choice.kind === 'any' ? 'required' : choice.kind
}

function responseFormat(output: OutputForm): object {
  switch (output.kind) {
    case 'text':
      return { type: 'text' }
    case 'json':
      return { type: 'json_object' }
    case 'schema': {
      const { name, description, schema, strict } = output
      const described = description === null ? {} : { description }
      return {
        type: 'json_schema',
        json_schema: { name, ...described, schema, ...(strict !== null && { strict }) },
      }
    }
  }
}

/** A model that cannot reason is off already. */
function effortFor(reasoning: Reasoning, model: string): string | undefined {
  return reasoning.kind === 'off' && !mayReason(model) ? undefined : effortOf(reasoning)
}
