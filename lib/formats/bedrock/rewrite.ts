/** What the gateway changes in a Bedrock request body: the output maximum. The address names the model. */
import { familyOf, refuseForeign } from '#lib/formats/bedrock/invoke/families.ts'
import type { BodyChanges, Operation } from '#lib/formats/contract.ts'
import { isAmbiguous as isAmbiguousIn, quoted, withFields } from '#lib/formats/json-body.ts'

/** Throws NotCarried where InvokeModel's body is not the model's, or cannot be told the maximum. */
export function rewrite(body: unknown, bytes: Buffer, changes: BodyChanges, operation: Operation): Buffer {
  const fields = body as Fields
  const added = operation === 'invoke' ? changesOfInvoke(fields, changes) : changesOfConverse(fields, changes)
  return withFields(fields, bytes, added, changes.rewrite === true)
}

type Fields = Readonly<Record<string, unknown>>

function changesOfConverse({ inferenceConfig }: Fields, { outputMaximum }: BodyChanges): Fields {
  if (outputMaximum === undefined) return {}
  return { inferenceConfig: { ...((inferenceConfig ?? {}) as object), maxTokens: outputMaximum } }
}

function changesOfInvoke(fields: Fields, { outputMaximum, model = '' }: BodyChanges): Fields {
  const family = familyOf(fields)
  if (!family) return {}
  refuseForeign(fields, family, model)
  return outputMaximum === undefined ? {} : family.withMaximum(fields, outputMaximum, model)
}

const ofConverse = quoted('messages', 'inferenceConfig', 'maxTokens', 'additionalModelRequestFields')

/** What tells one maker's body from another's, and what may cost. */
const ofInvoke = quoted(
  'anthropic_version',
  'images',
  'inferenceConfig',
  'inputImage',
  'inputText',
  'inputs',
  'maxTokenCount',
  'maxTokens',
  'max_completion_tokens',
  'max_gen_len',
  'max_new_tokens',
  'max_tokens',
  'messages',
  'n',
  'prompt',
  'schemaVersion',
  'textGenerationConfig',
  'texts',
)

export function isAmbiguous(bytes: Buffer, operation: Operation): boolean {
  return isAmbiguousIn(bytes, operation === 'invoke' ? ofInvoke : ofConverse)
}
