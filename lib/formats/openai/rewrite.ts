/**
 * Changes to an OpenAI request body. A field that is absent is spliced in behind the opening brace, so the caller's own
 * bytes go on unchanged; only a value that must be replaced costs a new serialisation.
 */
import type { BodyChanges } from '#lib/formats/contract.ts'

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
  if (changes.model !== undefined) added.model = changes.model

  const names = Object.keys(added)
  if (names.length === 0 && !changes.rewrite) return bytes
  const replaces = names.some((name) => name in fields)
  if (changes.rewrite || replaces) return Buffer.from(JSON.stringify({ ...fields, ...added }))

  const brace = bytes.indexOf(0x7b)
  const inserted = JSON.stringify(added).slice(1, -1) + (Object.keys(fields).length > 0 ? ',' : '')
  return Buffer.concat([bytes.subarray(0, brace + 1), Buffer.from(inserted), bytes.subarray(brace + 1)])
}

// The fields that decide what is allowed and what it may cost.
const deciding = ['"model"', '"stream"', '"stream_options"', '"max_tokens"', '"max_completion_tokens"', '"n"'].map(
  (name) => Buffer.from(name),
)
const escapedAscii = Buffer.from('\\u00')

/**
 * JSON parsers disagree on repeated names: we would judge one value and the provider would use the other. Names may also
 * hide behind escapes. Both are rare, so this errs on the side of writing the body again.
 */
export function isAmbiguous(bytes: Buffer): boolean {
  if (bytes.includes(escapedAscii)) return true
  for (const name of deciding) {
    const first = bytes.indexOf(name)
    if (first >= 0 && bytes.includes(name, first + name.length)) return true
  }
  return false
}
