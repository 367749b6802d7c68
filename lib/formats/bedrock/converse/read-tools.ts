/** Converse's tools and the choice among them. */
import type { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import { cacheIn } from '#lib/formats/bedrock/converse/read-blocks.ts'
import type { Tool, ToolChoice } from '#lib/formats/neutral.ts'

type Read = { readonly tools: readonly Tool[]; readonly toolChoice: ToolChoice | null }

export function readToolConfig(body: Fields, leftOut: string[]): Read {
  const config = body.object('toolConfig')
  if (!config) return { tools: [], toolChoice: null }
  const tools = readTools(config, leftOut)
  const choice = config.object('toolChoice')
  const toolChoice = choice ? readChoice(choice) : null
  config.end()
  return { tools, toolChoice }
}

function readTools(config: Fields, leftOut: string[]): Tool[] {
  const tools: Tool[] = []
  for (const index of (config.list('tools') ?? []).keys()) {
    const item = config.item('tools', index)
    const cache = cacheIn(item)
    if (cache) {
      const last = tools.pop()
      if (last) tools.push({ ...last, cache })
      else leftOut.push(item.at)
    } else tools.push(readSpec(item))
    item.end()
  }
  return tools
}

function readSpec(item: Fields): Tool {
  item.only('systemTool', [], 'tools of this kind run at Bedrock')
  const spec = item.object('toolSpec') ?? item.refuse('toolSpec', 'it is missing')
  const input = spec.object('inputSchema') ?? spec.refuse('inputSchema', 'it is missing')
  const tool: Tool = {
    at: item.at,
    name: spec.text('name'),
    description: spec.string('description') ?? null,
    schema: input.json('json') ?? input.refuse('json', 'it is missing'),
    strict: spec.boolean('strict') ?? null,
  }
  input.end()
  spec.end()
  return tool
}

function readChoice(choice: Fields): ToolChoice {
  const tool = choice.object('tool')
  const any = choice.object('any')
  choice.object('auto')
  choice.end()
  if (!tool) return { kind: any ? 'any' : 'auto' }
  const name = tool.text('name')
  tool.end()
  return { kind: 'tool', name }
}
