import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import { sampleValue } from '#lib/demo/simulator/rules/sample-value.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'
import type { ToolUse } from '#lib/demo/simulator/rules/tool-use.ts'
import type { Message } from '#lib/demo/simulator/wires/anthropic/prompt.ts'

/**
 * Whether the answer calls a tool, and which. `tool_choice` is obeyed as Anthropic obeys it; with `auto` the
 * model "decides" as `@sim tool` says, once: when a tool has answered, the next answer is text, so that loops end.
 */
export function chooseTool(request: Members, messages: readonly Message[], steering: Steering): ToolUse | null {
  if (!Array.isArray(request.tools)) return null
  const tools = request.tools.map(readTool).filter((tool) => tool !== null)
  const first = tools[0]
  const choice = isObject(request.tool_choice) ? request.tool_choice : { type: 'auto' }
  if (!first || choice.type === 'none') return null

  const isForced = choice.type === 'any' || choice.type === 'tool'
  const isWanted = steering.tool !== null && !hasToolResult(messages.at(-1))
  if (!isForced && !isWanted) return null
  const wanted = choice.type === 'tool' ? choice.name : steering.tool
  const { name, schema } = tools.find((tool) => tool.name === wanted) ?? first
  return { name, arguments: JSON.stringify(sampleValue(schema)) }
}

/** A tool of the caller's own: `{ "name", "input_schema" }`. Those that the provider would run have no schema. */
function readTool(tool: unknown): { readonly name: string; readonly schema: unknown } | null {
  if (!isObject(tool) || typeof tool.name !== 'string' || !isObject(tool.input_schema)) return null
  return { name: tool.name, schema: tool.input_schema }
}

function hasToolResult(message: Message | undefined): boolean {
  return typeof message?.content === 'object' && message.content.some((block) => block.type === 'tool_result')
}
