/**
 * A Converse request as a neutral one. Every field is known or refused by its path: another provider would do without it,
 * and the caller would never know.
 */
import { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import { readOutput } from '#lib/formats/anthropic/messages/read-output.ts'
import { readSystem, readTurns } from '#lib/formats/bedrock/converse/read-blocks.ts'
import { readToolConfig } from '#lib/formats/bedrock/converse/read-tools.ts'
import type { Addressed } from '#lib/formats/contract.ts'
import type { NeutralRequest, OutputForm, SettingName, Settings } from '#lib/formats/neutral.ts'

type Read = { readonly settings: Settings; readonly named: Readonly<Partial<Record<SettingName, string>>> }

export function readRequest(json: Readonly<Record<string, unknown>>, { stream }: Addressed): NeutralRequest {
  const body = new Fields(json, '')
  const leftOut: string[] = []
  const system = readSystem(body, leftOut)
  const turns = readTurns(body, leftOut)
  const { tools, toolChoice } = readToolConfig(body, leftOut)
  const inference = readInference(body)
  const additional = readAdditional(body, leftOut)
  const output = readOutputConfig(body)
  readHints(body, leftOut)
  body.only('guardrailConfig', [], 'guardrails are run by Bedrock')
  body.only('promptVariables', [], 'prompts of this kind are kept by Bedrock')
  body.only('additionalModelResponseFieldPaths')
  body.end()
  return {
    ...inference.settings,
    ...additional.settings,
    ...output.settings,
    ...(toolChoice ? { toolChoice } : {}),
    stream,
    system,
    turns,
    tools,
    named: { ...inference.named, ...additional.named, ...output.named, toolChoice: 'toolConfig.toolChoice' },
    leftOut,
  }
}

function readInference(body: Fields): Read {
  const config = body.object('inferenceConfig')
  if (!config) return { settings: {}, named: {} }
  const all = {
    outputMaximum: config.number('maxTokens'),
    temperature: config.number('temperature'),
    topP: config.number('topP'),
    stop: config.strings('stopSequences'),
  }
  config.end()
  return {
    settings: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    named: {
      outputMaximum: config.path('maxTokens'),
      temperature: config.path('temperature'),
      topP: config.path('topP'),
      stop: config.path('stopSequences'),
    },
  }
}

/** What Converse itself has no field for; the names are those of Anthropic's models, whose callers use it most. */
function readAdditional(body: Fields, leftOut: string[]): Read {
  const fields = body.object('additionalModelRequestFields')
  if (!fields) return { settings: {}, named: {} }
  const hints: string[] = []
  const { settings, named } = readOutput(fields, hints)
  const topK = fields.number('top_k')
  // What a beta brings has a field of its own, which is known or refused.
  if (fields.strings('anthropic_beta')) hints.push('anthropic_beta')
  fields.end()
  leftOut.push(...hints.map((name) => fields.path(name)))
  const inPlace = Object.entries(named).map(([setting, name]) => [
    setting,
    name.startsWith(fields.at) ? name : fields.path(name),
  ])
  return {
    settings: { ...settings, ...(topK === undefined ? {} : { topK }) },
    named: { ...Object.fromEntries(inPlace), topK: fields.path('top_k') },
  }
}

function readOutputConfig(body: Fields): Read {
  const config = body.object('outputConfig')
  if (!config) return { settings: {}, named: {} }
  const effort = config.oneOf('effort', ['low', 'medium', 'high', 'xhigh', 'max'] as const)
  const format = config.object('textFormat')
  const output = format && readFormat(format)
  config.end()
  return {
    settings: { ...(effort ? { reasoning: { kind: 'effort', effort } } : {}), ...(output ? { output } : {}) },
    named: {
      ...(effort ? { reasoning: config.path('effort') } : {}),
      ...(output ? { output: config.path('textFormat') } : {}),
    },
  }
}

function readFormat(format: Fields): OutputForm {
  format.oneOf('type', ['json_schema'])
  const structure = format.object('structure') ?? format.refuse('structure', 'it is missing')
  const definition = structure.object('jsonSchema') ?? structure.refuse('jsonSchema', 'it is missing')
  const name = definition.string('name') ?? 'response'
  const description = definition.string('description') ?? null
  const schema = schemaIn(definition)
  for (const read of [definition, structure, format]) read.end()
  return { kind: 'schema', name, description, schema, strict: true }
}

/** A schema is a text there. */
function schemaIn(definition: Fields): Readonly<Record<string, unknown>> {
  const text = definition.text('schema')
  try {
    return new Fields({ schema: JSON.parse(text) as unknown }, definition.at).json('schema')!
  } catch {
    return definition.refuse('schema', 'it is no JSON object')
  }
}

/** What only bears on queues, speed and logs: the answer is the model's either way. */
function readHints(body: Fields, leftOut: string[]): void {
  if (body.json('requestMetadata') !== undefined) leftOut.push('requestMetadata')
  const performance = body.object('performanceConfig')
  if (performance?.oneOf('latency', ['standard', 'optimized']) === 'optimized')
    leftOut.push(performance.path('latency'))
  performance?.end()
  const tier = body.object('serviceTier')
  if (tier && tier.text('type') !== 'default') leftOut.push('serviceTier')
  tier?.end()
}
