/**
 * What else would have passed: a cheaper model, less output, another key. Pure, from the decision record and from what
 * the key may use. Nothing may stand here that would be refused as well: in doubt, a way is left out.
 */
import { inputCeilingNanosPerToken, outputCeilingNanosPerToken } from '#lib/catalog/rules/price-call.ts'
import type { NanosPerMillion } from '#lib/catalog/contract.ts'
import type { Way } from '#lib/decisions/contract.ts'
import type { Decision, TestedRule } from '#lib/ledger/contract.ts'
import { closeMatches } from '#lib/policy/rules/close-matches.ts'

/** A model that this key may call on the same endpoint, with its price of the moment. */
export type Candidate = {
  readonly name: string
  readonly vendor: string
  readonly maxOutputTokens: number | null
  readonly prices: NanosPerMillion
}

export type JudgedCall = Pick<
  Decision,
  'rules' | 'code' | 'heldNanos' | 'outputAllowed' | 'outputAsked' | 'promptBytes'
>

export type WayFacts = {
  readonly decision: JudgedCall
  readonly endpoint: string
  readonly asked: string | null
  /** The model of the call; null where it is not known. */
  readonly model: Candidate | null
  readonly candidates: readonly Candidate[]
  /** Other keys of the same person, with what their own budgets leave; null where they have none. */
  readonly otherKeys: readonly { readonly id: string; readonly name: string; readonly leftNanos: bigint | null }[]
}

const mostModels = 3
/** Fewer output tokens are no answer worth calling for. */
const leastOutput = 16

export function waysOn(facts: WayFacts): Way[] {
  const refusing = facts.decision.rules.filter((rule) => !rule.passed)
  const [first] = refusing
  if (!first && facts.decision.code !== 'model_not_found') return []
  if (refusing.some(isBudget)) return refusing.every(isBudget) ? waysAroundBudgets(facts, refusing) : []
  const aboutModels = refusing.every(({ rule }) => rulesAboutModels.includes(rule))
  return aboutModels ? otherModels(facts) : []
}

const rulesAboutModels = ['model', 'price', 'provider', 'region', 'version', 'input_price', 'output_price']

function isBudget({ rule, unit }: TestedRule): boolean {
  return rule.startsWith('budget_') && unit === 'nanos'
}

/** Models that the key may use; those with a like name first. */
function otherModels({ asked, candidates }: WayFacts): Way[] {
  const names = candidates.map(({ name }) => name).filter((name) => name !== asked)
  const close = asked === null ? [] : closeMatches(asked, names, mostModels)
  return [...new Set([...close, ...names])]
    .slice(0, mostModels)
    .map((model) => ({ kind: 'model', model, costNanos: null }))
}

// ── Money ───────────────────────────────────────────────────────────────────────────────────────

function waysAroundBudgets(facts: WayFacts, refusing: readonly TestedRule[]): Way[] {
  const shape = holdShape(facts)
  if (!shape) return []
  // What every budget left, also of those that passed: a way on has to pass them all.
  const left = facts.decision.rules
    .filter(isBudget)
    .map(leftOf)
    .reduce((least, one) => (one < least ? one : least))
  return [...cheaperModels(facts, shape, left), ...lessOutput(facts, shape, left), ...otherKey(facts, shape, refusing)]
}

type HoldShape = {
  readonly neededNanos: bigint
  readonly promptUnits: bigint
  readonly promptNanos: bigint
  readonly outputTokens: bigint
  /** Nano-USD per output token over all choices. */
  readonly outputNanos: bigint
  readonly choices: bigint
}

/** What the call would have held, taken apart again: prompt and output, and how many answers were asked for. */
function holdShape({ decision, model }: WayFacts): HoldShape | null {
  if (decision.heldNanos === null || decision.outputAllowed === null || !model) return null
  const neededNanos = BigInt(decision.heldNanos)
  const outputTokens = BigInt(Math.round(decision.outputAllowed))
  const perToken = outputCeilingNanosPerToken(model.prices)
  const perPromptUnit = inputCeilingNanosPerToken(model.prices)
  const oneAnswer = outputTokens * perToken
  const promptAtLeast = BigInt(decision.promptBytes ?? 0) * perPromptUnit
  const answers = oneAnswer === 0n ? 1n : (neededNanos - promptAtLeast) / oneAnswer
  const choices = answers < 1n ? 1n : answers
  const promptNanos = neededNanos - choices * oneAnswer
  if (promptNanos < 0n) return null
  const promptUnits = perPromptUnit === 0n ? 0n : (promptNanos + perPromptUnit - 1n) / perPromptUnit
  return { neededNanos, promptUnits, promptNanos, outputTokens, outputNanos: choices * perToken, choices }
}

/** The dearest that fit: what costs most is closest to what was asked for. The same vendor's first. */
function cheaperModels({ model, candidates }: WayFacts, shape: HoldShape, left: bigint): Way[] {
  return candidates
    .filter(({ name }) => name !== model?.name)
    .map((candidate) => ({ candidate, costNanos: boundOf(candidate, shape) }))
    .filter(({ candidate, costNanos }) => costNanos <= left && fits(candidate, shape))
    .toSorted(
      (a, b) => sameVendor(b.candidate, model) - sameVendor(a.candidate, model) || compare(b.costNanos, a.costNanos),
    )
    .slice(0, mostModels)
    .map(({ candidate, costNanos }) => ({ kind: 'model', model: candidate.name, costNanos }))
}

function boundOf({ prices }: Candidate, { promptUnits, outputTokens, choices }: HoldShape): bigint {
  return promptUnits * inputCeilingNanosPerToken(prices) + choices * outputTokens * outputCeilingNanosPerToken(prices)
}

function fits({ maxOutputTokens }: Candidate, { outputTokens }: HoldShape): boolean {
  return maxOutputTokens === null || outputTokens <= BigInt(maxOutputTokens)
}

function sameVendor(candidate: Candidate, model: Candidate | null): number {
  return candidate.vendor === model?.vendor ? 1 : 0
}

function lessOutput(
  { decision, endpoint }: WayFacts,
  { promptNanos, outputTokens, outputNanos }: HoldShape,
  left: bigint,
): Way[] {
  const field = outputFields[endpoint]
  if (field === undefined || outputNanos === 0n) return []
  const maximum = (left - promptNanos) / outputNanos
  if (maximum < BigInt(leastOutput) || maximum >= outputTokens) return []
  return [{ kind: 'output', field, maximum: Number(maximum), asked: decision.outputAsked }]
}

const outputFields: Readonly<Record<string, string>> = {
  chat: 'max_tokens',
  completions: 'max_tokens',
  responses: 'max_output_tokens',
  messages: 'max_tokens',
  generate_content: 'generationConfig.maxOutputTokens',
  converse: 'inferenceConfig.maxTokens',
}

/** Helps only where it was the key's own budget: every wider one counts all keys together. */
function otherKey({ otherKeys }: WayFacts, { neededNanos }: HoldShape, refusing: readonly TestedRule[]): Way[] {
  if (refusing.some(({ scope }) => scope?.type !== 'key')) return []
  const roomy = otherKeys.find(({ leftNanos }) => leftNanos === null || leftNanos >= neededNanos)
  return roomy ? [{ kind: 'key', id: roomy.id, name: roomy.name }] : []
}

function leftOf({ limit, used, held }: TestedRule): bigint {
  return nanosOf(limit) - nanosOf(used) - nanosOf(held)
}

function nanosOf(value: number | string | null): bigint {
  return value !== null && /^-?\d+$/.test(String(value)) ? BigInt(value) : 0n
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
