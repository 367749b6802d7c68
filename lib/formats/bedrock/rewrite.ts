/** What the gateway changes in a Bedrock request body: the output maximum. The address names the model. */
import type { BodyChanges, Operation } from '#lib/formats/contract.ts'
import { isAmbiguous as isAmbiguousIn, quoted, withFields } from '#lib/formats/json-body.ts'

export function rewrite(body: unknown, bytes: Buffer, changes: BodyChanges, operation: Operation): Buffer {
  const fields = body as Readonly<Record<string, unknown>>
  const { outputMaximum } = changes
  const added = outputMaximum === undefined ? {} : withMaximum(fields, outputMaximum, operation)
  return withFields(fields, bytes, added, changes.rewrite === true)
}

function withMaximum(
  fields: Readonly<Record<string, unknown>>,
  maximum: number,
  operation: Operation,
): Record<string, unknown> {
  if (operation === 'invoke') return { max_tokens: maximum }
  const config = (fields.inferenceConfig ?? {}) as object
  return { inferenceConfig: { ...config, maxTokens: maximum } }
}

const deciding = quoted(
  'messages',
  'inferenceConfig',
  'maxTokens',
  'additionalModelRequestFields',
  'max_tokens',
  'anthropic_version',
)

export function isAmbiguous(bytes: Buffer): boolean {
  return isAmbiguousIn(bytes, deciding)
}
