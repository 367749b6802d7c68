/** A neutral conversation as the messages of a chat completions request. */
import {
  type MediaPart,
  type NeutralRequest,
  NotCarried,
  type TextPart,
  type ToolResultPart,
  type Turn,
} from '#lib/formats/neutral.ts'
import { demandsThoughts, readsCallSignatures } from '#lib/formats/openai/chat/dialects.ts'

type UserPart = Extract<Turn, { role: 'user' }>['parts'][number]
type AssistantPart = Extract<Turn, { role: 'assistant' }>['parts'][number]

/** `leftOut` takes the hints that find no place. Throws NotCarried. */
export function writeMessages(request: NeutralRequest, model: string, leftOut: string[]): object[] {
  const messages: object[] = []
  if (request.system.length > 0) messages.push(systemMessage(request.system, leftOut))
  for (const turn of request.turns) {
    if (turn.role === 'user') messages.push(...userMessages(turn.parts, leftOut))
    else if (turn.role === 'system') messages.push(systemMessage(turn.parts, leftOut))
    else messages.push(...assistantMessages(turn.parts, model, leftOut))
  }
  return messages
}

/** At the beginning, or wherever instructions come. OpenAI's newer models take it for their `developer`. */
function systemMessage(parts: readonly TextPart[], leftOut: string[]): object {
  noteCaches(parts, leftOut)
  return { role: 'system', content: textContent(parts) }
}

/** Results of tools are messages of their own. */
function userMessages(parts: readonly UserPart[], leftOut: string[]): object[] {
  noteCaches(parts, leftOut)
  const messages: object[] = []
  let said: (TextPart | MediaPart)[] = []
  function flush(): void {
    if (said.length > 0) messages.push({ role: 'user', content: userContent(said) })
    said = []
  }
  for (const part of parts) {
    if (part.kind === 'tool result') {
      flush()
      messages.push(toolMessage(part, leftOut))
    } else said.push(part)
  }
  flush()
  return messages
}

function userContent(parts: readonly (TextPart | MediaPart)[]): string | object[] {
  if (parts.every((part) => part.kind === 'text')) return textContent(parts)
  return parts.map((part) => (part.kind === 'text' ? textPart(part) : mediaPart(part)))
}

/** A single text goes as a string, which every server reads. */
function textContent(parts: readonly { readonly text: string }[]): string | object[] {
  return parts.length === 1 ? parts[0]!.text : parts.map(textPart)
}

/** Only the newest of OpenAI's models take marks of what may be cached; others refuse them. */
function noteCaches(parts: readonly { readonly at: string; readonly cache?: unknown }[], leftOut: string[]): void {
  for (const { at, cache } of parts) if (cache) leftOut.push(`${at}.cache_control`)
}

function textPart({ text }: { readonly text: string }): object {
  return { type: 'text', text }
}

function mediaPart({ kind, source, name, detail, at }: MediaPart): object {
  if (source.kind === 'file') throw new NotCarried(at, 'a file is known only where it was uploaded')
  if (kind === 'image') {
    const url = source.kind === 'url' ? source.url : dataUrl(source.mediaType, source.base64)
    return { type: 'image_url', image_url: { url, ...(detail && { detail }) } }
  }
  if (source.kind === 'url') throw new NotCarried(at, 'documents are only taken with their bytes')
  if (detail) throw new NotCarried(`${at}.detail`)
  // OpenAI demands a name beside the bytes.
  const filename = name ?? (source.mediaType.startsWith('text/') ? 'document.txt' : 'document.pdf')
  return { type: 'file', file: { filename, file_data: dataUrl(source.mediaType, source.base64) } }
}

function dataUrl(mediaType: string, base64: string): string {
  return `data:${mediaType};base64,${base64}`
}

/**
 * That a tool failed has no place on the wire. Its text says so, as callers of this wire have always done it, and a word
 * of ours would be one that nobody said; so the flag is named as left out.
 */
function toolMessage(result: ToolResultPart, leftOut: string[]): object {
  const texts: TextPart[] = []
  for (const part of result.content) {
    if (part.kind !== 'text') throw new NotCarried(part.at, 'a tool can only answer with text there')
    texts.push(part)
  }
  if (result.failed) leftOut.push(`${result.at}.is_error`)
  noteCaches(texts, leftOut)
  return { role: 'tool', tool_call_id: result.id, content: texts.length === 0 ? '' : textContent(texts) }
}

/**
 * The wire keeps thoughts, words and calls apart, each in its own field. A thought that carries a signature was another
 * provider's, whose alone it is to read.
 */
function assistantMessages(parts: readonly AssistantPart[], model: string, leftOut: string[]): object[] {
  noteCaches(parts, leftOut)
  const thoughts: string[] = []
  const texts: { readonly text: string }[] = []
  const refusals: string[] = []
  const calls: object[] = []
  for (const part of parts) {
    switch (part.kind) {
      case 'thinking':
        if (part.signature || !demandsThoughts(model)) leftOut.push(part.at)
        else thoughts.push(part.text)
        break
      case 'hidden thinking':
        leftOut.push(part.at)
        break
      case 'text':
        texts.push({ text: part.text })
        break
      case 'refusal':
        refusals.push(part.text)
        break
      case 'tool call':
        calls.push(toolCall(part, model, leftOut))
        break
    }
  }
  // Of thoughts alone there is no message.
  if (texts.length + refusals.length + calls.length === 0) return []
  return [
    {
      role: 'assistant',
      content: texts.length === 0 ? null : textContent(texts),
      ...(demandsThoughts(model) && { reasoning_content: thoughts.join('') }),
      ...(refusals.length > 0 && { refusal: refusals.join('') }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  ]
}

function toolCall(call: Extract<AssistantPart, { kind: 'tool call' }>, model: string, leftOut: string[]): object {
  const signed = call.signature && readsCallSignatures(model)
  if (call.signature && !signed) leftOut.push(`${call.at}.signature`)
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments || '{}' },
    ...(signed && { extra_content: { google: { thought_signature: call.signature } } }),
  }
}
