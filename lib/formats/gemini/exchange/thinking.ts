/**
 * How much a model is to think. Gemini 2.5 takes a budget of tokens, later ones a level, earlier ones do not think. What
 * an effort is in either is Google's own table (https://ai.google.dev/gemini-api/docs/openai, "Thinking").
 */
import { generationOf, isPro } from '#lib/formats/gemini/exchange/model-generation.ts'
import type { Fields } from '#lib/formats/gemini/fields.ts'
import { settingNotCarried, type Effort, type NeutralRequest } from '#lib/formats/neutral.ts'

/** Null where the model's own default is asked for. */
export function thinkingConfigOf(request: NeutralRequest, model: string): Fields | null {
  const generation = generationOf(model)
  const amount =
    generation >= 3 ? byLevel(request, model) : generation >= 2.5 ? byBudget(request, model) : none(request)
  const shown = generation >= 2.5 && request.showThinking === true ? { includeThoughts: true } : {}
  const config = { ...amount, ...shown }
  return Object.keys(config).length > 0 ? config : null
}

const levels: Readonly<Record<Effort, string>> = {
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  // The highest that all of them know.
  xhigh: 'HIGH',
  max: 'HIGH',
}

function byLevel(request: NeutralRequest, model: string): Fields {
  const { reasoning } = request
  switch (reasoning?.kind) {
    case 'off':
      throw settingNotCarried(request, 'reasoning', 'this model always thinks')
    case 'effort':
      return { thinkingLevel: reasoning.effort === 'minimal' && isPro(model) ? 'LOW' : levels[reasoning.effort] }
    case 'budget':
      return { thinkingBudget: reasoning.tokens }
    default:
      return {}
  }
}

const budgets: Readonly<Record<Exclude<Effort, 'xhigh' | 'max'>, number>> = {
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
}

function byBudget(request: NeutralRequest, model: string): Fields {
  const { reasoning } = request
  switch (reasoning?.kind) {
    case 'off':
      if (isPro(model)) throw settingNotCarried(request, 'reasoning', 'this model always thinks')
      return { thinkingBudget: 0 }
    case 'adaptive':
      return { thinkingBudget: -1 }
    case 'effort':
      // The most that they take: https://ai.google.dev/gemini-api/docs/thinking
      if (reasoning.effort === 'xhigh' || reasoning.effort === 'max') {
        return { thinkingBudget: isPro(model) ? 32_768 : 24_576 }
      }
      return { thinkingBudget: budgets[reasoning.effort] }
    case 'budget':
      return { thinkingBudget: reasoning.tokens }
    default:
      return {}
  }
}

function none(request: NeutralRequest): Fields {
  const kind = request.reasoning?.kind
  if (kind === 'effort' || kind === 'budget') throw settingNotCarried(request, 'reasoning', 'this model does not think')
  return {}
}
