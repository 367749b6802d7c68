/** A neutral request as a Messages request. */
import { cacheMarks, type MarkCache } from '#lib/formats/anthropic/messages/cache-control.ts'
import { writeThinking } from '#lib/formats/anthropic/messages/write-thinking.ts'
import { writeTexts, writeTurns } from '#lib/formats/anthropic/messages/write-turns.ts'
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
  const leftOut: string[] = []
  const mark = cacheMarks(leftOut)
  const maximum = target.outputMaximum ?? target.outputAllowed
  refuseUnknown(request)
  const { thinking, effort } = writeThinking(request, target.model, maximum, leftOut)
  const format = formatOf(request)
  // In Anthropic's order, which is the one that cache marks are counted in.
  const tools = request.tools.map((tool) => writeTool(tool, mark))
  const conversation = instructionsFirst(request, leftOut)
  const system = writeTexts(conversation.system, mark, leftOut)
  const messages = writeTurns(conversation.turns, mark, leftOut)
  const body = {
    model: target.model,
    max_tokens: maximum,
    stream: request.stream || undefined,
    system: filled(system),
    messages,
    tools: filled(tools),
    tool_choice: choiceOf(request),
    temperature: request.temperature,
    top_p: request.topP,
    top_k: request.topK,
    stop_sequences: filled(request.stop ?? []),
    thinking,
    output_config: effort || format ? { ...(effort && { effort }), ...(format && { format }) } : undefined,
    metadata: metadataOf(request, leftOut),
  }
  return { body: Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)), leftOut }
}

/** What Anthropic has no field for, unless it asks for nothing. */
function refuseUnknown(request: NeutralRequest): void {
  if (request.seed !== undefined) throw settingNotCarried(request, 'seed')
  if (request.frequencyPenalty) throw settingNotCarried(request, 'frequencyPenalty')
  if (request.presencePenalty) throw settingNotCarried(request, 'presencePenalty')
  if ((request.temperature ?? 0) > 1) throw settingNotCarried(request, 'temperature', 'it takes at most 1')
}

function formatOf(request: NeutralRequest): object | undefined {
  const output: OutputForm = request.output ?? { kind: 'text' }
  if (output.kind === 'text') return undefined
  if (output.kind === 'json') throw settingNotCarried(request, 'output', 'it keeps to a schema, and none was given')
  // Its name is a label. What it is for belongs to the schema, where Anthropic's models read it.
  const description = output.description === null ? {} : { description: output.description }
  return { type: 'json_schema', schema: { ...description, ...output.schema } }
}

function writeTool(tool: Tool, mark: MarkCache): object {
  return {
    name: tool.name,
    ...(tool.description === null ? {} : { description: tool.description }),
    // A tool that takes nothing, and a schema without a type: Anthropic wants an object.
    input_schema: { type: 'object', ...(tool.schema ?? { properties: {} }) },
    ...(tool.strict === null ? {} : { strict: tool.strict }),
    ...mark(tool),
  }
}

/** Without tools there is nothing to choose, and Anthropic refuses a choice. */
function choiceOf({ tools, toolChoice, parallelToolCalls }: NeutralRequest): object | undefined {
  if (tools.length === 0) return undefined
  const single = parallelToolCalls === false && toolChoice?.kind !== 'none'
  if (!toolChoice && !single) return undefined
  const choice =
    toolChoice?.kind === 'tool' ? { type: 'tool', name: toolChoice.name } : { type: toolChoice?.kind ?? 'auto' }
  return single ? { ...choice, disable_parallel_tool_use: true } : choice
}

/** Anthropic's own bound. */
const longestUser = 256

function metadataOf(request: NeutralRequest, leftOut: string[]): object | undefined {
  if (request.endUser === undefined) return undefined
  if (request.endUser.length <= longestUser) return { user_id: request.endUser }
  leftOut.push(request.named.endUser ?? 'endUser')
  return undefined
}

function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined
}
