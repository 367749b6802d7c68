/** The messages of a chat completions request as a conversation by turns. */
import {
  type AnswerPart,
  type CacheFor,
  joinTurns,
  type MediaPart,
  type NeutralRequest,
  NotCarried,
  type Source,
  type TextPart,
  type ToolResultPart,
  type Turn,
} from '#lib/formats/neutral.ts'
import type { CacheMarks, ChatMessage, ContentPart } from '#lib/formats/openai/chat/request-shape.ts'
import { sourceOf } from '#lib/formats/openai/source.ts'

type Message<Role extends ChatMessage['role']> = Extract<ChatMessage, { role: Role }>
type AssistantPart = Extract<Turn, { role: 'assistant' }>['parts'][number]

/** Throws NotCarried. */
export function readMessages(messages: readonly ChatMessage[]): Pick<NeutralRequest, 'system' | 'turns'> {
  const system: TextPart[] = []
  const turns: Turn[] = []
  const toolNames = new Map<string, string>()
  for (const [index, message] of messages.entries()) {
    const at = `messages.${index}`
    switch (message.role) {
      case 'system':
      case 'developer':
        // Gateways move later instructions to the front, or let the user say them: the first changes what they speak of,
        // the second takes their authority away. Neither is what was asked for.
        if (turns.length > 0) throw new NotCarried(at, 'instructions can only stand before the conversation')
        system.push(...textsOf(message.content, `${at}.content`))
        break
      case 'user':
        turns.push({ role: 'user', parts: userParts(message.content, `${at}.content`) })
        break
      case 'assistant': {
        for (const call of message.tool_calls ?? []) toolNames.set(call.id, call.function.name)
        const parts = assistantParts(message, at)
        // A message that says nothing and calls nothing is none.
        if (parts.length > 0) turns.push({ role: 'assistant', parts })
        break
      }
      case 'tool':
        turns.push({ role: 'user', parts: [toolResult(message, toolNames, at)] })
        break
    }
  }
  return { system, turns: joinTurns(turns) }
}

function textsOf(content: Message<'tool'>['content'], at: string): TextPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content, at }]
  return content.map((part, index) => textOf(part, `${at}.${index}`))
}

function textOf(part: ContentPart<'tool'>, at: string): TextPart {
  return { kind: 'text', text: part.text, at, ...cacheOf(part) }
}

function userParts(content: Message<'user'>['content'], at: string): (TextPart | MediaPart)[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content, at }]
  return content.map((part, index) => userPart(part, `${at}.${index}`))
}

function userPart(part: ContentPart<'user'>, at: string): TextPart | MediaPart {
  switch (part.type) {
    case 'text':
      return textOf(part, at)
    case 'image_url': {
      const { url, detail } = part.image_url
      const source = sourceOf(url, `${at}.image_url.url`)
      return { kind: 'image', source, at, ...(detail && { detail }), ...cacheOf(part) }
    }
    case 'file': {
      const { filename } = part.file
      const source = fileSource(part.file, `${at}.file`)
      return { kind: 'document', source, at, ...(filename && { name: filename }), ...cacheOf(part) }
    }
    case 'input_audio':
      return part.input_audio
  }
}

function fileSource(file: Extract<ContentPart<'user'>, { type: 'file' }>['file'], at: string): Source {
  if (file.file_data == null) {
    if (file.file_id == null) throw new NotCarried(at, 'it has neither file_data nor file_id')
    return { kind: 'file', id: file.file_id }
  }
  if (file.file_id != null) throw new NotCarried(`${at}.file_id`, 'file_data stands beside it')
  return sourceOf(file.file_data, `${at}.file_data`)
}

/** A breakpoint that names no time of its own may live as long as the provider finds right. */
function cacheOf(part: CacheMarks): { readonly cache?: CacheFor } {
  if (part.cache_control) return { cache: part.cache_control.ttl ?? '5m' }
  if (part.prompt_cache_breakpoint) return { cache: part.prompt_cache_breakpoint.ttl ? '1h' : '5m' }
  return {}
}

/** Thoughts come first, then what was said, then calls: the wire does not tell in which order they came. */
function assistantParts(message: Message<'assistant'>, at: string): AssistantPart[] {
  const parts = [...thoughtsOf(message, at), ...saidBy(message.content, `${at}.content`)]
  if (message.refusal) parts.push({ kind: 'refusal', text: message.refusal, at: `${at}.refusal` })
  for (const [index, { id, function: called, extra_content }] of (message.tool_calls ?? []).entries()) {
    const signature = extra_content?.google?.thought_signature
    const call: AnswerPart = { kind: 'tool call', id, name: called.name, arguments: called.arguments }
    parts.push({ ...call, ...(signature && { signature }), at: `${at}.tool_calls.${index}` })
  }
  return parts
}

/** The blocks have the signatures; the text beside them says the same. */
function thoughtsOf(message: Message<'assistant'>, at: string): AssistantPart[] {
  if (message.thinking_blocks?.length) {
    return message.thinking_blocks.map((block, index) => ({
      ...(block.type === 'thinking'
        ? { kind: 'thinking', text: block.thinking, signature: block.signature || null }
        : { kind: 'hidden thinking', data: block.data }),
      at: `${at}.thinking_blocks.${index}`,
    }))
  }
  if (!message.reasoning_content) return []
  return [{ kind: 'thinking', text: message.reasoning_content, signature: null, at: `${at}.reasoning_content` }]
}

function saidBy(content: Message<'assistant'>['content'], at: string): AssistantPart[] {
  if (!content) return []
  if (typeof content === 'string') return [{ kind: 'text', text: content, at }]
  return content.map((part, index) =>
    part.type === 'text'
      ? textOf(part, `${at}.${index}`)
      : { kind: 'refusal', text: part.refusal, at: `${at}.${index}` },
  )
}

function toolResult(message: Message<'tool'>, toolNames: ReadonlyMap<string, string>, at: string): ToolResultPart {
  return {
    kind: 'tool result',
    id: message.tool_call_id,
    name: message.name ?? toolNames.get(message.tool_call_id) ?? null,
    content: textsOf(message.content, `${at}.content`),
    // The wire has no place to say so; the text does.
    failed: false,
    at,
  }
}
