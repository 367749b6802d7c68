/** A Gemini caller's generationConfig as neutral settings. */
import type { Message } from '#lib/formats/gemini/exchange/message.ts'
import { readSchema } from '#lib/formats/gemini/exchange/read-tools.ts'
import type { Effort, NeutralRequest, OutputForm, Reasoning, SettingName, Settings } from '#lib/formats/neutral.ts'

export type ReadSettings = { readonly settings: Settings; readonly named: NeutralRequest['named'] }

const numbers = {
  temperature: 'temperature',
  topP: 'topP',
  topK: 'topK',
  seed: 'seed',
  frequencyPenalty: 'frequencyPenalty',
  presencePenalty: 'presencePenalty',
  outputMaximum: 'maxOutputTokens',
} as const satisfies Partial<Record<SettingName, string>>

export function readSettings(config: Message | null): ReadSettings {
  const settings: Record<string, unknown> = {}
  const named: Partial<Record<SettingName, string>> = {}
  if (!config) return { settings, named }
  const set = (setting: SettingName, name: string, value: unknown): void => {
    if (value === undefined) return
    settings[setting] = value
    named[setting] = config.path(name)
  }
  for (const [setting, name] of Object.entries(numbers)) set(setting as SettingName, name, config.number(name))
  const stop = config.texts('stopSequences')
  set('stop', 'stopSequences', stop.length > 0 ? stop : undefined)
  set('output', 'responseMimeType', readOutput(config))
  const thinking = config.message('thinkingConfig')
  if (thinking) {
    set('showThinking', 'thinkingConfig.includeThoughts', thinking.flag('includeThoughts'))
    set('reasoning', 'thinkingConfig', readThinking(thinking))
    thinking.end()
  }
  if ((config.number('candidateCount') ?? 1) > 1) config.refuse('candidateCount', 'one answer is carried')
  const modalities = config.texts('responseModalities')
  if (modalities.some((modality) => modality !== 'TEXT')) config.refuse('responseModalities', 'answers are text')
  for (const off of ['responseLogprobs', 'enableEnhancedCivicAnswers']) if (config.flag(off)) config.refuse(off)
  config.end()
  return { settings, named }
}

function readOutput(config: Message): OutputForm | undefined {
  const form = config.text('responseMimeType')
  const schema = readSchema(config, 'responseSchema', 'responseJsonSchema', '_responseJsonSchema')
  if (form === undefined || form === 'text/plain') {
    if (schema) config.refuse('responseSchema', 'a schema is for answers in JSON')
    return undefined
  }
  if (form !== 'application/json') return config.refuse('responseMimeType')
  if (!schema) return { kind: 'json' }
  return { kind: 'schema', name: 'response', description: null, schema, strict: null }
}

const efforts: Readonly<Record<string, Effort>> = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
  XHIGH: 'xhigh',
}

/** A budget of 0 is no thinking, one of -1 as much as the model finds right. */
function readThinking(thinking: Message): Reasoning | undefined {
  const budget = thinking.number('thinkingBudget')
  const level = thinking.text('thinkingLevel')?.toUpperCase() ?? 'THINKING_LEVEL_UNSPECIFIED'
  if (level === 'THINKING_LEVEL_UNSPECIFIED') {
    if (budget === undefined) return undefined
    if (budget === 0) return { kind: 'off' }
    return budget < 0 ? { kind: 'adaptive' } : { kind: 'budget', tokens: budget }
  }
  if (budget !== undefined) thinking.refuse('thinkingBudget', 'there is thinkingLevel too')
  const effort = efforts[level]
  return effort ? { kind: 'effort', effort } : thinking.refuse('thinkingLevel')
}
