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
  const thinking = readThinking(body)
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
      ...(thinking.show === undefined ? {} : { showThinking: 'thinking.display' }),
      ...(format ? { output: format.at } : {}),
    },
  }
}

function readThinking(body: Fields): { readonly reasoning?: Reasoning; readonly show?: boolean } {
  const thinking = body.object('thinking')
  if (!thinking) return {}
  const reasoning = readReasoning(thinking)
  const display = reasoning.kind === 'off' ? undefined : thinking.oneOf('display', ['summarized', 'omitted'] as const)
  // What becomes of thoughts whose conversation has changed; its defaults alone can be kept.
  if (reasoning.kind !== 'off') thinking.only('block_binding')
  thinking.end()
  return { reasoning, ...(display === undefined ? {} : { show: display === 'summarized' }) }
}

function readReasoning(thinking: Fields): Reasoning {
  switch (thinking.text('type')) {
    case 'disabled':
      return { kind: 'off' }
    case 'adaptive':
      return { kind: 'adaptive' }
    case 'enabled':
      return {
        kind: 'budget',
        tokens: thinking.number('budget_tokens') ?? thinking.refuse('budget_tokens', 'it is missing'),
      }
    // `between_tools` would have updates come as thoughts, which no other provider does.
    default:
      return thinking.refuse('type')
  }
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
