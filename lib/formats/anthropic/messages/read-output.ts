/** How the model is to think and in which form it is to answer: `thinking`, `output_config`. */
import type { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import type { OutputForm, Reasoning, SettingName, Settings } from '#lib/formats/neutral.ts'

type Read = {
  readonly settings: Settings
  readonly named: Readonly<Partial<Record<SettingName, string>>>
}

/**
 * Anthropic's effort is soft guidance for the whole answer. It says how much to think where thinking is adaptive or left
 * to the model; where a budget is set, or none wanted, that is what holds, and the effort is left out.
 */
export function readOutput(body: Fields, leftOut: string[]): Read {
  const thinking = readThinking(body, leftOut)
  const config = body.object('output_config')
  const effort = config?.oneOf('effort', ['low', 'medium', 'high', 'xhigh', 'max'] as const)
  const format = readFormat(body, config)
  config?.end()

  let reasoning = thinking.reasoning
  const byEffort = effort !== undefined && (!reasoning || reasoning.kind === 'adaptive')
  if (byEffort) reasoning = { kind: 'effort', effort }
  else if (effort !== undefined) leftOut.push('output_config.effort')
  return {
    settings: {
      ...(reasoning ? { reasoning } : {}),
      ...(thinking.show === undefined ? {} : { showThinking: thinking.show }),
      ...(format ? { output: format.output } : {}),
    },
    named: {
      ...(reasoning ? { reasoning: byEffort ? 'output_config.effort' : 'thinking' } : {}),
      ...(thinking.saysSo ? { showThinking: 'thinking.display' } : {}),
      ...(format ? { output: format.at } : {}),
    },
  }
}

function readThinking(
  body: Fields,
  leftOut: string[],
): { readonly reasoning?: Reasoning; readonly show?: boolean; readonly saysSo?: boolean } {
  const thinking = body.object('thinking')
  if (!thinking) return {}
  const reasoning = readReasoning(thinking, leftOut)
  const show = reasoning.kind === 'off' ? undefined : readDisplay(thinking, leftOut)
  thinking.end()
  // Whoever asks a model to think on this wire is shown its thoughts, unless it says otherwise.
  return { reasoning, ...(reasoning.kind === 'off' ? {} : { show: show ?? true, saysSo: show !== undefined }) }
}

function readReasoning(thinking: Fields, leftOut: string[]): Reasoning {
  switch (thinking.oneOf('type', ['disabled', 'between_tools', 'adaptive', 'enabled'] as const)) {
    case 'disabled':
      return { kind: 'off' }
    // Not thinking, but telling between calls how it goes. Elsewhere a model tells that in its text, or not at all.
    case 'between_tools':
      leftOut.push('thinking.type')
      return { kind: 'off' }
    case 'adaptive':
      return { kind: 'adaptive' }
    case 'enabled': {
      // Clients of other servers' Messages API leave the budget out, and so leave it to the model.
      const tokens = thinking.number('budget_tokens')
      return tokens === undefined ? { kind: 'adaptive' } : { kind: 'budget', tokens }
    }
    default:
      return thinking.refuse('type', 'it is missing')
  }
}

function readDisplay(thinking: Fields, leftOut: string[]): boolean | undefined {
  // What Anthropic does about its own thoughts where the conversation before them has changed.
  if (thinking.get('block_binding') !== undefined) leftOut.push('thinking.block_binding')
  const display = thinking.oneOf('display', ['summarized', 'omitted', 'updates'] as const)
  // Thoughts stay hidden, but for updates between calls, which are Anthropic's alone.
  if (display === 'updates') leftOut.push('thinking.display')
  return display && display === 'summarized'
}

/** `output_format` is what `output_config.format` was called in its beta. */
function readFormat(body: Fields, config: Fields | undefined): { output: OutputForm; at: string } | undefined {
  const format = config?.object('format')
  const older = body.object('output_format')
  if (format && older) body.refuse('output_format', 'output_config.format is there too')
  const form = format ?? older
  if (!form) return undefined
  form.oneOf('type', ['json_schema'])
  const schema = form.json('schema') ?? form.refuse('schema', 'it is missing')
  form.end()
  // Anthropic has no name for a schema, and always keeps to it.
  return { output: { kind: 'schema', name: 'response', description: null, schema, strict: true }, at: form.at }
}
