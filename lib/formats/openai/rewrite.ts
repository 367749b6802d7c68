/** What the gateway changes in an OpenAI request body. */
import type { BodyChanges, Operation } from '#lib/formats/contract.ts'
import { outputMaximumField } from '#lib/formats/openai/chat/dialects.ts'
import { isAmbiguous as isAmbiguousIn, quoted, withFields } from '#lib/formats/json-body.ts'

export function rewrite(body: unknown, bytes: Buffer, changes: BodyChanges, operation: Operation): Buffer {
  const fields = body as Record<string, unknown>
  const added: Record<string, unknown> = {}
  if (changes.includeStreamUsage) {
    added.stream_options = { ...(fields.stream_options as object | null | undefined), include_usage: true }
  }
  if (changes.outputMaximum !== undefined) {
    added[maximumOf(operation, fields, changes.model ?? String(fields.model))] = changes.outputMaximum
  }
  if (changes.model !== undefined && changes.model !== fields.model) added.model = changes.model
  return withFields(fields, bytes, { ...added, ...changes.fields }, changes.rewrite === true)
}

/** What the operation calls the output maximum. */
function maximumOf(operation: Operation, fields: Readonly<Record<string, unknown>>, model: string): string {
  if (operation === 'responses') return 'max_output_tokens'
  if (operation !== 'chat') return 'max_tokens'
  // A caller that uses the newer field keeps it.
  return fields.max_completion_tokens === undefined ? outputMaximumField(model) : 'max_completion_tokens'
}

const ofChats = quoted('model', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'n')
const ofResponses = quoted(
  'model',
  'stream',
  'max_output_tokens',
  'background',
  'input',
  'tools',
  'previous_response_id',
  'conversation',
  'prompt',
)
const ofCompletions = quoted('model', 'stream', 'stream_options', 'max_tokens', 'prompt', 'n', 'best_of')

export function isAmbiguous(bytes: Buffer, operation: Operation): boolean {
  if (operation === 'responses') return isAmbiguousIn(bytes, ofResponses)
  return isAmbiguousIn(bytes, operation === 'completions' ? ofCompletions : ofChats)
}
