/**
 * Thoughts as reasoning items, both ways. What their provider needs in order to trust them again goes into
 * `encrypted_content`, which callers hand back as they got it:
 *
 *   a thought that is shown     its text is the summary, its signature is encrypted
 *   a hidden one                there is no summary
 *   the thought behind a call   an item before the call, whose encrypted content begins with a mark
 */
import type { AnswerPart } from '#lib/formats/neutral.ts'

type Thought = Extract<AnswerPart, { kind: 'thinking' | 'hidden thinking' }>

/** No base64 has a colon. */
const callMark = 'call:'

export type ReadReasoning =
  | Thought
  | { readonly kind: 'call signature'; readonly signature: string }
  | { readonly kind: 'nothing' }

type ReasoningItem = {
  readonly summary: readonly { readonly text: string }[]
  readonly content?: readonly { readonly text: string }[] | null | undefined
  readonly encrypted_content?: string | null | undefined
}

export function readReasoning({ summary, content, encrypted_content: encrypted }: ReasoningItem): ReadReasoning {
  const shown = content?.length ? content : summary
  if (shown.length > 0) {
    return { kind: 'thinking', text: shown.map(({ text }) => text).join('\n\n'), signature: encrypted || null }
  }
  if (!encrypted) return { kind: 'nothing' }
  if (!encrypted.startsWith(callMark)) return { kind: 'hidden thinking', data: encrypted }
  return { kind: 'call signature', signature: encrypted.slice(callMark.length) }
}

export function encryptedCallSignature(signature: string): string {
  return callMark + signature
}
