/** Reads what the gateway must know of Bedrock's requests; everything else passes untouched. The address names the model. */
import * as z from 'zod'
import { familyOf, problemOf } from '#lib/formats/bedrock/invoke/families.ts'
import { promptTokensEstimate, tokensBeyondBytes } from '#lib/formats/bedrock/prompt.ts'
import type { Addressed, Operation, ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { referenceInConverse } from '#lib/formats/bedrock/stored-state.ts'
import { storedReference } from '#lib/formats/stored-state.ts'

const block = z.looseObject({})

// Which roles and blocks there are is the provider's to say: newer ones than we know pass.
const converse = z.looseObject({
  messages: z.array(z.looseObject({ role: z.string(), content: z.array(block) })).min(1),
  system: z.array(block).nullish(),
  // More than any model gives: a call's hold is counted from it, and must stay a number that money can have.
  inferenceConfig: z.looseObject({ maxTokens: z.int().min(1).max(1_000_000_000).nullish() }).nullish(),
  additionalModelRequestFields: z.unknown().optional(),
})

export function parse(operation: Operation, body: unknown, { model, stream }: Addressed): ParsedRequest | ParseProblem {
  if (model === null) return { problem: 'The address names no model.', param: 'model' }
  return operation === 'invoke' ? parseInvoke(body, model, stream) : parseConverse(body, model, stream)
}

function parseConverse(body: unknown, model: string, stream: boolean): ParsedRequest | ParseProblem {
  const parsed = converse.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const { messages, system, inferenceConfig, additionalModelRequestFields: additional } = parsed.data
  const maximum = maximumIn(additional)
  if (maximum) {
    const param = `additionalModelRequestFields.${maximum}`
    return { problem: `${param}: Set inferenceConfig.maxTokens instead.`, param }
  }
  const contents = [system ?? [], ...messages.map(({ content }) => content)]
  return {
    model,
    stream,
    outputMaximum: inferenceConfig?.maxTokens ?? null,
    choices: 1,
    promptTokensEstimate: promptTokensEstimate(contents),
    tokensBeyondBytes: tokensBeyondBytes(contents),
    // The stream always tells its usage, and its clients always read it.
    wantsStreamUsage: true,
    ...storedReference(referenceInConverse(parsed.data)),
  }
}

/** Models' own names for the output maximum: it would go past the one that was counted on. */
const maximumName = /^max_?(?:new_|gen_|completion_|output_)?(?:token|len)/i

function maximumIn(additional: unknown): string | null {
  if (typeof additional !== 'object' || additional === null) return null
  for (const [name, value] of Object.entries(additional)) {
    if (maximumName.test(name)) return name
    const inner = /config/i.test(name) ? maximumIn(value) : null
    if (inner !== null) return `${name}.${inner}`
  }
  return null
}

/** InvokeModel takes whatever the model's maker has made up. */
function parseInvoke(body: unknown, model: string, stream: boolean): ParsedRequest | ParseProblem {
  const fields = body as Readonly<Record<string, unknown>>
  const family = familyOf(fields)
  if (family) return family.parse(fields, { model, stream })
  const param = Object.keys(fields)[0] ?? null
  return {
    problem: `${param ?? 'The body'}: The gateway does not know whose body this is. InvokeModel takes those of Anthropic, Amazon Nova and Titan, Llama, Mistral and others’ chats, and Cohere’s embeddings; every other model is reached with Converse.`,
    param,
  }
}
