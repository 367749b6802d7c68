/**
 * Thoughts that only their provider can read, as a thought of Google's without text: a caller keeps the signature and hands
 * it back. It is marked, for other signatures stand beside thoughts without text too, and in Base64, as signatures are.
 */
const mark = 'hidden thinking:'

export function signatureOfHidden(data: string): string {
  return Buffer.from(mark + data).toString('base64')
}

/** Null where the signature is no such thought. */
export function hiddenIn(signature: string): string | null {
  const text = Buffer.from(signature, 'base64').toString()
  return text.startsWith(mark) ? text.slice(mark.length) : null
}
