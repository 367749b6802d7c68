import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'

/** The tool that the answer calls. `arguments` is JSON. */
export type ToolUse = { readonly name: string; readonly arguments: string }

/**
 * A text whose length has nothing to do with tokens, spread evenly over those that the model would have given, so that a
 * caller's maximum tears it as it does in reality.
 */
export function spreadText(text: string, generation: Generation, from: number, to: number): string {
  const wanted = generation.visible + generation.withheld
  const at = (token: number) => (wanted === 0 ? text.length : Math.floor((text.length * token) / wanted))
  return text.slice(at(from), at(to))
}

/** The arguments' share of these tokens, escaped for a JSON string. */
export function argumentsText(tool: ToolUse, generation: Generation, from: number, to: number): string {
  return escaped(spreadText(tool.arguments, generation, from, to))
}

/** As it stands in a JSON string. */
export function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
