/**
 * Gemini signs the thought that led to a call on the call itself; `tool_use` has no field for it. It travels as a
 * `redacted_thinking` block right before its `tool_use`, which clients hand back unchanged, and is recognised there by a
 * mark. Without it Gemini refuses the next request of a tool loop.
 */
const mark = 'gatehouse.tool_signature.'

/** The `data` of the block that carries this signature. */
export function markedSignature(signature: string): string {
  return mark + signature
}

/** The signature that this `data` carries; null where it is of the provider's own. */
export function signatureIn(data: string): string | null {
  return data.startsWith(mark) ? data.slice(mark.length) : null
}
