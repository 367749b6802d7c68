import { sampleValue } from '#lib/demo/simulator/rules/sample-value.ts'
import {
  fieldNames,
  type Fields,
  InvalidArgument,
  readChoice,
  readFlag,
  readInteger,
  readMessage,
  readTexts,
} from '#lib/demo/simulator/wires/gemini/request.ts'

/** What the simulator obeys; the rest of the configuration is only checked. */
export type GenerationConfig = {
  readonly choices: number
  readonly maximum: number | null
  readonly includesThoughts: boolean
  /** The JSON, or the one of several texts, that the caller wants as the answer. */
  readonly formed: string | null
}

const CONFIG = fieldNames(
  'stopSequences',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  '_responseJsonSchema',
  'responseModalities',
  'candidateCount',
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseLogprobs',
  'logprobs',
  'enableEnhancedCivicAnswers',
  'speechConfig',
  'thinkingConfig',
  'imageConfig',
  'mediaResolution',
)
const THINKING_CONFIG = fieldNames('includeThoughts', 'thinkingBudget', 'thinkingLevel')

const AT = 'generationConfig'
const MAX_CANDIDATES = 8
const MAX_STOP_SEQUENCES = 5
const MAX_INT32 = 2 ** 31 - 1

export function readGenerationConfig(request: Fields): GenerationConfig {
  if (request.generationConfig == null) return { choices: 1, maximum: null, includesThoughts: false, formed: null }
  const config = readMessage(request, AT, '', CONFIG)
  checkNumber(config, 'temperature', [0, 2])
  checkNumber(config, 'topP', [0, 1])
  checkStopSequences(config)
  const formed = readResponseForm(config)
  return {
    choices: readInteger(config, 'candidateCount', AT, [1, MAX_CANDIDATES]) ?? 1,
    maximum: readInteger(config, 'maxOutputTokens', AT, [1, MAX_INT32]),
    includesThoughts: readIncludeThoughts(config),
    formed,
  }
}

function checkNumber(config: Fields, name: string, [least, most]: readonly [number, number]): void {
  const value = config[name] ?? least
  if (typeof value === 'number' && value >= least && value <= most) return
  throw new InvalidArgument(`${AT}.${name} must be a number from ${least} to ${most}.`)
}

function checkStopSequences(config: Fields): void {
  const sequences = readTexts(config, 'stopSequences', AT)
  if (sequences.length <= MAX_STOP_SEQUENCES && sequences.every((sequence) => sequence !== '')) return
  throw new InvalidArgument(`${AT}.stopSequences must be at most ${MAX_STOP_SEQUENCES} texts, none empty.`)
}

/** A schema is for JSON and for enumerated answers, so it does not go with plain text. */
function readResponseForm(config: Fields): string | null {
  const forms = ['text/plain', 'application/json', 'text/x.enum', 'application/xml', 'application/yaml'] as const
  const form = readChoice(config, 'responseMimeType', AT, forms) ?? 'text/plain'
  const schemas = ['responseSchema', 'responseJsonSchema', '_responseJsonSchema'].filter((name) => config[name] != null)
  if (schemas.length > 0 && form === 'text/plain') {
    throw new InvalidArgument(`${AT}.${schemas[0]} needs a responseMimeType of application/json or text/x.enum.`)
  }
  if (schemas.length > 1) throw new InvalidArgument(`${AT} must not have both ${schemas.join(' and ')}.`)
  const sample = sampleValue(schemas[0] === undefined ? undefined : config[schemas[0]])
  if (form === 'text/x.enum' && typeof sample === 'string') return sample
  return form === 'application/json' ? JSON.stringify(sample) : null
}

/** A budget of -1 leaves the amount of thinking to the model. */
function readIncludeThoughts(config: Fields): boolean {
  const at = `${AT}.thinkingConfig`
  const thinking = readMessage(config, 'thinkingConfig', AT, THINKING_CONFIG)
  const budget = readInteger(thinking, 'thinkingBudget', at, [-1, MAX_INT32])
  const level = readChoice(thinking, 'thinkingLevel', at, LEVELS)
  if (budget !== null && level !== null) {
    throw new InvalidArgument(`${at} must not have both thinkingBudget and thinkingLevel.`)
  }
  return readFlag(thinking, 'includeThoughts', at)
}

/** Google's own documentation writes them in small letters, its clients in capitals. */
const LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'minimal', 'low', 'medium', 'high'] as const
