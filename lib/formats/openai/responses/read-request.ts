/** A request for a response as a neutral one. */
import type {
  NeutralRequest,
  OutputForm,
  Reasoning,
  SettingName,
  Settings,
  Tool,
  ToolChoice,
} from '#lib/formats/neutral.ts'
import { readInput } from '#lib/formats/openai/responses/read-input.ts'
import { asResponseRequest, type ResponseRequest } from '#lib/formats/openai/responses/request-shape.ts'

/** Throws NotCarried. */
export function readRequest(body: Readonly<Record<string, unknown>>): NeutralRequest {
  const request = asResponseRequest(body)
  const { system, turns, leftOut } = readInput(request)
  return {
    ...settingsOf(request),
    stream: request.stream === true,
    system,
    turns,
    tools: (request.tools ?? []).map(toolOf),
    named: namesOf(request),
    leftOut: [...hintsOf(request), ...leftOut],
  }
}

function settingsOf(request: ResponseRequest): Settings {
  const { reasoning, text } = request
  return asked({
    toolChoice: request.tool_choice && toolChoiceOf(request.tool_choice),
    // Calls at once are the default everywhere.
    parallelToolCalls: request.parallel_tool_calls === false ? false : null,
    outputMaximum: request.max_output_tokens,
    temperature: request.temperature,
    topP: request.top_p,
    output: text?.format && outputOf(text.format),
    reasoning: reasoning?.effort && reasoningOf(reasoning.effort),
    showThinking: summaryAsked(request) ? true : null,
    endUser: request.safety_identifier ?? request.user,
  })
}

/** Only what the caller has set. */
function asked(settings: { readonly [Name in SettingName]?: Settings[Name] | null | undefined }): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value != null)) as Settings
}

function toolChoiceOf(choice: NonNullable<ResponseRequest['tool_choice']>): ToolChoice {
  if (typeof choice !== 'string') return { kind: 'tool', name: choice.name }
  return { kind: choice === 'required' ? 'any' : choice }
}

function reasoningOf(effort: NonNullable<NonNullable<ResponseRequest['reasoning']>['effort']>): Reasoning {
  return effort === 'none' ? { kind: 'off' } : { kind: 'effort', effort }
}

function outputOf(format: NonNullable<NonNullable<ResponseRequest['text']>['format']>): OutputForm {
  switch (format.type) {
    case 'text':
      return { kind: 'text' }
    case 'json_object':
      return { kind: 'json' }
    case 'json_schema': {
      const { name, description, schema, strict } = format
      return { kind: 'schema', name, description: description ?? null, schema, strict: strict ?? null }
    }
  }
}

function toolOf(tool: NonNullable<ResponseRequest['tools']>[number], index: number): Tool {
  const { name, description, parameters, strict } = tool
  return {
    at: `tools.${index}`,
    name,
    description: description ?? null,
    schema: parameters ?? null,
    strict: strict ?? null,
  }
}

function namesOf(request: ResponseRequest): NeutralRequest['named'] {
  const { reasoning, text } = request
  const set: Readonly<Partial<Record<SettingName, readonly [field: string, value: unknown]>>> = {
    toolChoice: ['tool_choice', request.tool_choice],
    parallelToolCalls: ['parallel_tool_calls', request.parallel_tool_calls],
    outputMaximum: ['max_output_tokens', request.max_output_tokens],
    temperature: ['temperature', request.temperature],
    topP: ['top_p', request.top_p],
    output: ['text.format', text?.format],
    reasoning: ['reasoning.effort', reasoning?.effort],
    showThinking: [reasoning?.summary ? 'reasoning.summary' : 'reasoning.generate_summary', summaryAsked(request)],
    endUser: [request.safety_identifier ? 'safety_identifier' : 'user', request.safety_identifier ?? request.user],
  }
  const named = Object.entries(set).flatMap(([name, [field, value]]) => (value == null ? [] : [[name, field]]))
  return Object.fromEntries(named) as NeutralRequest['named']
}

/** How a summary of the thoughts is asked for, by its name of today or by the older one. */
function summaryAsked({ reasoning }: ResponseRequest): string | null | undefined {
  return reasoning?.summary ?? reasoning?.generate_summary
}

function hintsOf(request: ResponseRequest): string[] {
  const hints = ['metadata', 'prompt_cache_key', 'prompt_cache_options', 'prompt_cache_retention']
  const leftOut = hints.filter((name) => request[name] != null)
  if (request.stream_options?.include_obfuscation) leftOut.push('stream_options.include_obfuscation')
  if (request.user != null && request.safety_identifier != null) leftOut.push('user')
  return leftOut
}
