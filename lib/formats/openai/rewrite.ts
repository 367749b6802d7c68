/** What the gateway changes in an OpenAI request body. */
import type { BodyChanges, Operation } from '#lib/formats/contract.ts'
import { withText, type FormFields } from '#lib/formats/form-body.ts'
import { outputMaximumField } from '#lib/formats/openai/chat/dialects.ts'
import { isAmbiguous as isAmbiguousIn, quoted, withFields } from '#lib/formats/json-body.ts'

export function rewrite(body: unknown, bytes: Buffer, changes: BodyChanges, operation: Operation): Buffer {
  if (operation === 'transcriptions') return rewriteForm(body as FormFields, bytes, changes)
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

/** A form says its model once, so nothing else of it can be meant in two ways. */
function rewriteForm({ model }: FormFields, bytes: Buffer, changes: BodyChanges): Buffer {
  return changes.model === undefined || changes.model === model ? bytes : withText(bytes, 'model', changes.model)
}

/** What the operation calls the output maximum. */
function maximumOf(operation: Operation, fields: Readonly<Record<string, unknown>>, model: string): string {
  if (operation === 'responses') return 'max_output_tokens'
  if (operation !== 'chat') return 'max_tokens'
  // A caller that uses the newer field keeps it.
  return fields.max_completion_tokens === undefined ? outputMaximumField(model) : 'max_completion_tokens'
}

const ofChats = quoted('model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'n')
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

const ofImages = quoted(
  'model',
  'prompt',
  'n',
  'size',
  'quality',
  'stream',
  'partial_images',
  'output_format',
  'frame_count',
  'svg',
)
const ofSpeech = quoted('model', 'input', 'speed', 'stream_format')
const deciding: Partial<Record<Operation, readonly Buffer[]>> = {
  responses: ofResponses,
  completions: ofCompletions,
  images: ofImages,
  speech: ofSpeech,
}

export function isAmbiguous(bytes: Buffer, operation: Operation): boolean {
  // A form in which they stand twice has been refused.
  return operation !== 'transcriptions' && isAmbiguousIn(bytes, deciding[operation] ?? ofChats)
}
