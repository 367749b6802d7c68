/** A chat completions request as a neutral one. */
import {
  type NeutralRequest,
  NotCarried,
  type OutputForm,
  type SettingName,
  type Settings,
  type Tool,
  type ToolChoice,
} from '#lib/formats/neutral.ts'
import { reasoningOf } from '#lib/formats/openai/chat/effort.ts'
import { readMessages } from '#lib/formats/openai/chat/read-messages.ts'
import { asChatRequest, type ChatRequest } from '#lib/formats/openai/chat/request-shape.ts'

/** Throws NotCarried. */
export function readRequest(body: Readonly<Record<string, unknown>>): NeutralRequest {
  const request = asChatRequest(body)
  return {
    ...settingsOf(request),
    stream: request.stream === true,
    ...readMessages(request.messages),
    tools: (request.tools ?? []).map(toolOf),
    named: namesOf(request),
    leftOut: leftOutOf(request),
  }
}

function settingsOf(request: ChatRequest): Settings {
  return asked({
    toolChoice: request.tool_choice && toolChoiceOf(request.tool_choice),
    // Calls at once are the default everywhere.
    parallelToolCalls: request.parallel_tool_calls === false ? false : null,
    outputMaximum: outputMaximumOf(request),
    temperature: request.temperature,
    topP: request.top_p,
    seed: request.seed,
    frequencyPenalty: request.frequency_penalty || null,
    presencePenalty: request.presence_penalty || null,
    stop: request.stop?.length ? [request.stop].flat() : null,
    output: request.response_format && outputOf(request.response_format),
    reasoning: request.reasoning_effort && reasoningOf(request.reasoning_effort),
    endUser: request.safety_identifier ?? request.user,
  })
}

/** Only what the caller has set. */
function asked(settings: { readonly [Name in SettingName]?: Settings[Name] | null | undefined }): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value != null)) as Settings
}

function toolChoiceOf(choice: NonNullable<ChatRequest['tool_choice']>): ToolChoice {
  if (typeof choice !== 'string') return { kind: 'tool', name: choice.function.name }
  return { kind: choice === 'required' ? 'any' : choice }
}

function outputMaximumOf({ max_tokens, max_completion_tokens }: ChatRequest): number | null {
  if (max_tokens != null && max_completion_tokens != null && max_tokens !== max_completion_tokens) {
    throw new NotCarried('max_tokens', 'max_completion_tokens says otherwise')
  }
  return max_completion_tokens ?? max_tokens ?? null
}

function outputOf(format: NonNullable<ChatRequest['response_format']>): OutputForm {
  switch (format.type) {
    case 'text':
      return { kind: 'text' }
    case 'json_object':
      return { kind: 'json' }
    case 'json_schema': {
      const { name, description, schema, strict } = format.json_schema
      return { kind: 'schema', name, description: description ?? null, schema, strict: strict ?? null }
    }
  }
}

function toolOf(tool: NonNullable<ChatRequest['tools']>[number], index: number): Tool {
  const { name, description, parameters, strict } = tool.function
  return {
    at: `tools.${index}`,
    name,
    description: description ?? null,
    schema: parameters ?? null,
    strict: strict ?? null,
    ...(tool.cache_control && { cache: tool.cache_control.ttl ?? '5m' }),
  }
}

/** What each setting is called on this wire; the name that counts comes first. */
const fieldsOf: Readonly<Partial<Record<SettingName, readonly string[]>>> = {
  toolChoice: ['tool_choice'],
  parallelToolCalls: ['parallel_tool_calls'],
  outputMaximum: ['max_completion_tokens', 'max_tokens'],
  temperature: ['temperature'],
  topP: ['top_p'],
  seed: ['seed'],
  frequencyPenalty: ['frequency_penalty'],
  presencePenalty: ['presence_penalty'],
  stop: ['stop'],
  output: ['response_format'],
  reasoning: ['reasoning_effort'],
  endUser: ['safety_identifier', 'user'],
}

function namesOf(request: ChatRequest): NeutralRequest['named'] {
  const names = Object.entries(fieldsOf).map(([setting, fields]) => [
    setting,
    fields.find((field) => request[field] != null),
  ])
  return Object.fromEntries(names.filter(([, field]) => field)) as NeutralRequest['named']
}

function leftOutOf(request: ChatRequest): string[] {
  const hints = ['metadata', 'prompt_cache_key', 'prompt_cache_options', 'prompt_cache_retention']
  const leftOut = hints.filter((name) => request[name] != null)
  if (request.user != null && request.safety_identifier != null) leftOut.push('user')
  return leftOut
}
