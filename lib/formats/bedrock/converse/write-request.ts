/** A neutral request as Bedrock's Converse reads it. The address names the model and asks for the stream. */
import { writeThinking } from '#lib/formats/anthropic/messages/write-thinking.ts'
import { cacheMarks, type MarkCache } from '#lib/formats/bedrock/converse/cache-points.ts'
import { writeTexts, writeTurns } from '#lib/formats/bedrock/converse/write-turns.ts'
import {
  instructionsFirst,
  NotCarried,
  settingNotCarried,
  type NeutralRequest,
  type Tool,
  type WriteTarget,
  type WrittenRequest,
} from '#lib/formats/neutral.ts'

export function writeRequest(request: NeutralRequest, target: WriteTarget): WrittenRequest {
  const leftOut: string[] = []
  const isClaude = target.model.includes('claude')
  const mark = cacheMarks(isClaude, leftOut)
  refuseUnknown(request)
  if (request.endUser !== undefined) leftOut.push(request.named.endUser ?? 'endUser')
  const thinking = isClaude ? claudesThinking(request, target, leftOut) : noThinking(request, leftOut)
  const textFormat = textFormatOf(request)
  // In Bedrock's order, which is the one that cache marks are counted in.
  const toolConfig = toolConfigOf(request, mark)
  const { system, turns } = instructionsFirst(request, leftOut)
  const body = {
    system: filled(writeTexts(system, mark, leftOut)),
    messages: writeTurns(turns, mark, leftOut),
    inferenceConfig: filledObject({
      maxTokens: thinking.outputMaximum ?? target.outputMaximum ?? undefined,
      temperature: request.temperature,
      topP: request.topP,
      stopSequences: filled(request.stop ?? []),
    }),
    toolConfig,
    additionalModelRequestFields: filledObject({ top_k: topKOf(request, isClaude), thinking: thinking.thinking }),
    outputConfig: filledObject({ textFormat, effort: thinking.effort }),
  }
  return { body: filledObject(body) ?? {}, leftOut }
}

/** What Converse has no field for, unless it asks for nothing. */
function refuseUnknown(request: NeutralRequest): void {
  if (request.seed !== undefined) throw settingNotCarried(request, 'seed')
  if (request.frequencyPenalty) throw settingNotCarried(request, 'frequencyPenalty')
  if (request.presencePenalty) throw settingNotCarried(request, 'presencePenalty')
  if ((request.temperature ?? 0) > 1) throw settingNotCarried(request, 'temperature', 'it takes at most 1')
  if (request.parallelToolCalls === false && request.tools.length > 0) {
    throw settingNotCarried(request, 'parallelToolCalls', 'Converse calls as many tools at once as the model likes')
  }
}

/** Each maker has a name of its own for it. */
function topKOf(request: NeutralRequest, isClaude: boolean): number | undefined {
  if (request.topK !== undefined && !isClaude) throw settingNotCarried(request, 'topK')
  return request.topK
}

type Thinking = { readonly thinking?: object; readonly effort?: string; readonly outputMaximum?: number }

/** Where a model thinks within a budget, the output maximum must be above it: it is told in any case. */
function claudesThinking(request: NeutralRequest, target: WriteTarget, leftOut: string[]): Thinking {
  const outputMaximum = target.outputMaximum ?? target.outputAllowed
  const written = writeThinking(request, target.model, outputMaximum, leftOut)
  return written.thinking && 'budget_tokens' in written.thinking ? { ...written, outputMaximum } : written
}

function noThinking(request: NeutralRequest, leftOut: string[]): Thinking {
  if (request.showThinking !== undefined) leftOut.push(request.named.showThinking ?? 'showThinking')
  if (request.reasoning) throw settingNotCarried(request, 'reasoning', 'how this model is told to think is not known')
  return {}
}

function textFormatOf(request: NeutralRequest): object | undefined {
  const { output } = request
  if (!output || output.kind === 'text') return undefined
  if (output.kind === 'json') throw settingNotCarried(request, 'output', 'it keeps to a schema, and none was given')
  const { name, description, schema } = output
  const jsonSchema = { schema: JSON.stringify(schema), name, ...(description === null ? {} : { description }) }
  return { type: 'json_schema', structure: { jsonSchema } }
}

/** Converse cannot forbid tools but by not naming them, and must know those of calls before. */
function toolConfigOf({ tools, toolChoice, turns, named }: NeutralRequest, mark: MarkCache): object | undefined {
  if (tools.length === 0) return undefined
  if (toolChoice?.kind === 'none') {
    if (!turns.some(({ parts }) => parts.some(({ kind }) => kind === 'tool call' || kind === 'tool result')))
      return undefined
    throw new NotCarried(named.toolChoice ?? 'toolChoice', 'Converse cannot forbid tools that were called before')
  }
  const choice =
    toolChoice && (toolChoice.kind === 'tool' ? { tool: { name: toolChoice.name } } : { [toolChoice.kind]: {} })
  return { tools: tools.flatMap((tool) => [specOf(tool), ...mark(tool)]), ...(choice ? { toolChoice: choice } : {}) }
}

function specOf({ name, description, schema, strict }: Tool): object {
  const toolSpec = {
    name,
    ...(description ? { description } : {}),
    // A tool that takes nothing, and a schema without a type: Bedrock wants an object.
    inputSchema: { json: { type: 'object', ...(schema ?? { properties: {} }) } },
    ...(strict === null ? {} : { strict }),
  }
  return { toolSpec }
}

function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined
}

/** Only what is there; nothing where nothing is. */
function filledObject(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}
