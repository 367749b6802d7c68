import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import { sampleValue } from '#lib/demo/simulator/rules/sample-value.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'
import type { ToolUse } from '#lib/demo/simulator/rules/tool-use.ts'

/**
 * Whether the answer calls a tool, and which. `tool_choice` is obeyed as OpenAI obeys it; with `auto` the model
 * "decides" as `@sim tool` says, once: when a tool has answered, the next answer is text, so that loops end.
 */
export function chooseTool(
  request: Members,
  hasToolAnswered: boolean,
  steering: Steering,
  readTool: ReadTool,
): ToolUse | null {
  if (!Array.isArray(request.tools)) return null
  const tools = request.tools.map(readTool).filter((tool) => tool !== null)
  const first = tools[0]
  const choice = request.tool_choice
  if (!first || choice === 'none') return null

  const forced = isObject(choice) ? readTool(choice)?.name : undefined
  const wanted = forced ?? steering.tool
  const isWanted = steering.tool !== null && !hasToolAnswered
  if (!isWanted && choice !== 'required' && forced === undefined) return null
  const { name, parameters } = tools.find((tool) => tool.name === wanted) ?? first
  return { name, arguments: JSON.stringify(sampleValue(parameters)) }
}

type ReadTool = (tool: unknown) => { readonly name: string; readonly parameters: unknown } | null

/** A chat's function, or the choice of one: `{ "type": "function", "function": { "name", "parameters" } }`. */
export const nestedTool: ReadTool = (tool) => {
  if (!isObject(tool) || !isObject(tool.function) || typeof tool.function.name !== 'string') return null
  return { name: tool.function.name, parameters: tool.function.parameters }
}

/** The same of a response: `{ "type": "function", "name", "parameters" }`. */
export const flatTool: ReadTool = (tool) => {
  if (!isObject(tool) || tool.type !== 'function' || typeof tool.name !== 'string') return null
  return { name: tool.name, parameters: tool.parameters }
}

/**
 * The JSON that a schema asks for, where the answer must be JSON; null where it is text. `schema` stands in the format of
 * a response, and one object deeper in a chat's.
 */
export function formedText(format: unknown): string | null {
  if (!isObject(format)) return null
  if (format.type === 'json_object') return '{}'
  if (format.type !== 'json_schema') return null
  const { schema } = isObject(format.json_schema) ? format.json_schema : format
  return JSON.stringify(sampleValue(schema))
}
