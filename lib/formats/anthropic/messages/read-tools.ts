/** Anthropic's tools and the choice among them. */
import { cacheOf } from '#lib/formats/anthropic/messages/cache-control.ts'
import type { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import type { Settings, Tool } from '#lib/formats/neutral.ts'

export function readTools(body: Fields, leftOut: string[]): Tool[] {
  return (body.list('tools') ?? []).map((_, index) => {
    const tool = body.item('tools', index)
    const read = readTool(tool, leftOut)
    tool.end()
    return read
  })
}

function readTool(tool: Fields, leftOut: string[]): Tool {
  tool.only('type', ['custom'], 'tools of this type exist at Anthropic alone')
  // How arguments are cut into pieces; they are the same in the end.
  if (tool.boolean('eager_input_streaming') !== undefined) leftOut.push(tool.path('eager_input_streaming'))
  tool.only('defer_loading', [false], 'other providers cannot load a tool later')
  tool.only('input_examples')
  const callers = tool.strings('allowed_callers') ?? []
  if (callers.some((caller) => caller !== 'direct'))
    tool.refuse('allowed_callers', 'tools of Anthropic’s would call it')
  return {
    at: tool.at,
    name: tool.text('name'),
    description: tool.string('description') ?? null,
    schema: tool.json('input_schema') ?? tool.refuse('input_schema', 'it is missing'),
    strict: tool.boolean('strict') ?? null,
    ...cacheOf(tool),
  }
}

export function readToolChoice(body: Fields): Pick<Settings, 'toolChoice' | 'parallelToolCalls'> {
  const choice = body.object('tool_choice')
  if (!choice) return {}
  const kind = choice.oneOf('type', ['auto', 'any', 'none', 'tool'] as const)
  if (!kind) return choice.refuse('type', 'it is missing')
  const toolChoice = kind === 'tool' ? { kind, name: choice.text('name') } : { kind }
  // False is the default, here and elsewhere.
  const single = kind !== 'none' && choice.boolean('disable_parallel_tool_use') === true
  choice.end()
  return { toolChoice, ...(single ? { parallelToolCalls: false } : {}) }
}
