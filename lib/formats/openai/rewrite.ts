/** What the gateway changes in an OpenAI request body. */
import type { BodyChanges } from '#lib/formats/contract.ts'
import { isAmbiguous as isAmbiguousIn, quoted, withFields } from '#lib/formats/json-body.ts'

export function rewrite(body: unknown, bytes: Buffer, changes: BodyChanges): Buffer {
  const fields = body as Record<string, unknown>
  const added: Record<string, unknown> = {}
  if (changes.includeStreamUsage) {
    added.stream_options = { ...(fields.stream_options as object | null | undefined), include_usage: true }
  }
  if (changes.outputMaximum !== undefined) {
    // The older field is what OpenAI-compatible servers know; a caller that uses the newer one keeps it.
    added[fields.max_completion_tokens === undefined ? 'max_tokens' : 'max_completion_tokens'] = changes.outputMaximum
  }
  if (changes.model !== undefined && changes.model !== fields.model) added.model = changes.model
  return withFields(fields, bytes, added, changes.rewrite === true)
}

const deciding = quoted('model', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'n')

export function isAmbiguous(bytes: Buffer): boolean {
  return isAmbiguousIn(bytes, deciding)
}
