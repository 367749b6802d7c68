/**
 * From Gemini 3 on, the first call of a turn must bear the signature of its thought. For calls that have none (other
 * models made them, or a wire lost it) Google takes this one instead (https://ai.google.dev/gemini-api/docs/thought-signatures).
 */
export const noSignature = 'skip_thought_signature_validator'
