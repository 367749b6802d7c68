/** A neutral request as a Gemini provider reads it. The address names the model and asks for the stream. */
import { thinkingConfigOf } from '#lib/formats/gemini/exchange/thinking.ts'
import { writeContents } from '#lib/formats/gemini/exchange/write-contents.ts'
import type { Fields } from '#lib/formats/gemini/fields.ts'
import {
  instructionsFirst,
  settingNotCarried,
  type NeutralRequest,
  type OutputForm,
  type Tool,
  type WriteTarget,
  type WrittenRequest,
} from '#lib/formats/neutral.ts'

export function writeRequest(request: NeutralRequest, target: WriteTarget): WrittenRequest {
  const { tools } = request
  const leftOut: string[] = []
  const { system, turns } = instructionsFirst(request, leftOut)
  for (const { at, cache } of [...system, ...tools]) if (cache) leftOut.push(`${at}.cache_control`)
  if (request.endUser !== undefined) leftOut.push(request.named.endUser ?? 'endUser')
  if (request.parallelToolCalls === false && tools.length > 0) {
    // Where one function is asked for, clients say so by habit, and take the first of its calls.
    if (asksForOne(request)) leftOut.push(request.named.parallelToolCalls ?? 'parallelToolCalls')
    else throw settingNotCarried(request, 'parallelToolCalls', 'Gemini calls as many functions at once as it likes')
  }
  const generationConfig = generationConfigOf(request, target)
  const toolConfig = toolConfigOf(request)
  const body: Fields = {
    contents: writeContents(turns, target.model, leftOut),
    ...(system.length > 0 ? { systemInstruction: { parts: system.map(({ text }) => ({ text })) } } : {}),
    ...(tools.length > 0 ? { tools: [{ functionDeclarations: tools.map(declarationOf) }] } : {}),
    ...(toolConfig ? { toolConfig } : {}),
    ...(Object.keys(generationConfig).length > 0 ? { generationConfig } : {}),
  }
  return { body, leftOut }
}

/** One function by name, or any of one. */
function asksForOne({ toolChoice, tools }: NeutralRequest): boolean {
  return toolChoice?.kind === 'tool' || (toolChoice?.kind === 'any' && tools.length === 1)
}

function declarationOf({ name, description, schema }: Tool): Fields {
  return {
    name,
    ...(description === null ? {} : { description }),
    ...(schema === null ? {} : { parametersJsonSchema: schema }),
  }
}

function toolConfigOf({ toolChoice, tools }: NeutralRequest): Fields | null {
  // Where the model must call, Google keeps it to the schema in any case.
  const strict = tools.some((tool) => tool.strict === true)
  switch (toolChoice?.kind) {
    case 'none':
      return { functionCallingConfig: { mode: 'NONE' } }
    case 'any':
      return { functionCallingConfig: { mode: 'ANY' } }
    case 'tool':
      return { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [toolChoice.name] } }
    default:
      return strict ? { functionCallingConfig: { mode: 'VALIDATED' } } : null
  }
}

const stopSequencesMost = 5

function generationConfigOf(request: NeutralRequest, { model, outputMaximum }: WriteTarget): Fields {
  const { temperature, topP, topK, seed, frequencyPenalty, presencePenalty, stop } = request
  if (stop && stop.length > stopSequencesMost) {
    throw settingNotCarried(request, 'stop', `Gemini takes ${stopSequencesMost} sequences at the most`)
  }
  const config: Fields = {
    maxOutputTokens: outputMaximum ?? undefined,
    temperature,
    topP,
    topK,
    seed,
    frequencyPenalty,
    presencePenalty,
    stopSequences: stop,
    thinkingConfig: thinkingConfigOf(request, model) ?? undefined,
    ...outputFields(request.output),
  }
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
}

/** A schema has no name at Google, and is always kept to. */
function outputFields(output: OutputForm | undefined): Fields {
  if (!output || output.kind === 'text') return {}
  if (output.kind === 'json') return { responseMimeType: 'application/json' }
  const { description, schema } = output
  const described = description === null ? schema : { description, ...schema }
  return { responseMimeType: 'application/json', responseJsonSchema: described }
}
