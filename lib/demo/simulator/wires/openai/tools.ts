import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import { sampleValue } from '#lib/demo/simulator/rules/sample-value.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'
import type { ToolUse } from '#lib/demo/simulator/rules/tool-use.ts'

/**
 * Whether the answer calls a tool, and which. `tool_choice` is obeyed as OpenAI obeys it; with `auto` the model
 * "decides" as `@sim tool` says, once: when a tool has answered, the next answer is text, so that loops end.
 */
export function chooseTool(request: Members, messages: readonly Members[], steering: Steering): ToolUse | null {
  if (!Array.isArray(request.tools)) return null
  const tools = request.tools.map(readTool).filter((tool) => tool !== null)
  const first = tools[0]
  const choice = request.tool_choice
  if (!first || choice === 'none') return null

  const forced = isObject(choice) ? readTool(choice)?.name : undefined
  const wanted = forced ?? steering.tool
  const isWanted = steering.tool !== null && messages.at(-1)?.role !== 'tool'
  if (!isWanted && choice !== 'required' && forced === undefined) return null
  const { name, parameters } = tools.find((tool) => tool.name === wanted) ?? first
  return { name, arguments: JSON.stringify(sampleValue(parameters)) }
}

/** A function tool, or the choice of one: `{ "type": "function", "function": { "name", "parameters" } }`. */
function readTool(tool: unknown): { readonly name: string; readonly parameters: unknown } | null {
  if (!isObject(tool) || !isObject(tool.function) || typeof tool.function.name !== 'string') return null
  return { name: tool.function.name, parameters: tool.function.parameters }
}
