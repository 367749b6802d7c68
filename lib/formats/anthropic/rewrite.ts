/** What the gateway changes in a Messages request body: the model's name, the output maximum, what the address said. */
import type { BodyChanges } from '#lib/formats/contract.ts'
import { isAmbiguous as isAmbiguousIn, quoted, withFields } from '#lib/formats/json-body.ts'

export function rewrite(body: unknown, bytes: Buffer, changes: BodyChanges): Buffer {
  const fields = body as Record<string, unknown>
  const added: Record<string, unknown> = {}
  if (changes.outputMaximum !== undefined) added.max_tokens = changes.outputMaximum
  if (changes.stream) added.stream = true
  if (changes.model !== undefined) added.model = changes.model
  return withFields(fields, bytes, { ...added, ...changes.fields }, changes.rewrite === true)
}

const deciding = quoted('model', 'messages', 'container', 'stream', 'max_tokens')

export function isAmbiguous(bytes: Buffer): boolean {
  return isAmbiguousIn(bytes, deciding)
}
