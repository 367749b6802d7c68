/** Anthropic's messages as turns, and the instructions among them. */
import { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import {
  readAssistantContent,
  readContent,
  readText,
  readUserBlock,
  type CallNames,
} from '#lib/formats/anthropic/messages/read-blocks.ts'
import { joinTurns, NotCarried, type TextPart, type Turn } from '#lib/formats/neutral.ts'

type Read = { readonly turns: readonly Turn[]; readonly instructions: readonly TextPart[] }

export function readTurns(body: Fields, leftOut: string[]): Read {
  const messages = body.list('messages') ?? []
  const names: CallNames = new Map()
  const turns: Turn[] = []
  const instructions: TextPart[] = []
  messages.forEach((value, index) => {
    const message = new Fields(value, `messages.${index}`)
    const role = message.oneOf('role', ['user', 'assistant', 'system'] as const)
    if (role === 'assistant') turns.push({ role, parts: readAssistantContent(message, names, leftOut) })
    else if (role === 'user') {
      turns.push({ role, parts: readContent(message, 'content', (block) => readUserBlock(block, names)) })
    } else if (role === 'system') {
      const texts = readInstruction(message, messages.slice(index + 1))
      if (turns.length === 0) instructions.push(...texts)
      else if (texts.length > 0) turns.push({ role, at: `messages.${index}`, parts: texts })
    } else message.refuse('role', 'it is missing')
    message.end()
  })
  refusePrefill(messages)
  return { turns: joinTurns(turns), instructions }
}

/**
 * Instructions among the messages. Anthropic has them for the sake of its cache, "instead of editing the top-level system
 * field", and does not take them at the beginning; there they can only mean what that field says:
 * https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
 */
function readInstruction(message: Fields, later: readonly unknown[]): TextPart[] {
  message.only('output_config')
  const clearAt = message.oneOf('clear_at', ['next_user_message', 'never'] as const)
  const texts = readContent(message, 'content', readText)
  return clearAt === 'next_user_message' && later.some((value) => roleOf(value) === 'user') ? [] : texts
}

/** Anthropic's older models continue a last message of the assistant; others would begin an answer of their own. */
function refusePrefill(messages: readonly unknown[]): void {
  const last = messages.findLastIndex((message) => roleOf(message) !== 'system')
  if (roleOf(messages[last]) === 'assistant') {
    throw new NotCarried(`messages.${last}`, 'its model does not continue a turn of the assistant')
  }
}

function roleOf(message: unknown): unknown {
  return (message as { readonly role?: unknown } | null)?.role
}
