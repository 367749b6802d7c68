import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'

/** The tool that the answer calls. `arguments` is JSON. */
export type ToolUse = { readonly name: string; readonly arguments: string }

/**
 * The arguments spread evenly over the tokens that the model would have given, so that a caller's maximum
 * tears them as it does in reality. Escaped for a JSON string.
 */
export function argumentsText(tool: ToolUse, generation: Generation, from: number, to: number): string {
  const wanted = generation.visible + generation.withheld
  const at = (token: number) =>
    wanted === 0 ? tool.arguments.length : Math.floor((tool.arguments.length * token) / wanted)
  return JSON.stringify(tool.arguments.slice(at(from), at(to))).slice(1, -1)
}
