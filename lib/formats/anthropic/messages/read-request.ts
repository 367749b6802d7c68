/**
 * A Messages request as a neutral one. Every field is known or refused by its path: another provider would do without it,
 * and the caller would never know.
 */
import type { Addressed } from '#lib/formats/contract.ts'
import { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import { cacheOf } from '#lib/formats/anthropic/messages/cache-control.ts'
import { readContent, readText } from '#lib/formats/anthropic/messages/read-blocks.ts'
import { readOutput } from '#lib/formats/anthropic/messages/read-output.ts'
import { readToolChoice, readTools } from '#lib/formats/anthropic/messages/read-tools.ts'
import { readTurns } from '#lib/formats/anthropic/messages/read-turns.ts'
import type { NeutralRequest, SettingName, Settings } from '#lib/formats/neutral.ts'

export function readRequest(json: Readonly<Record<string, unknown>>, addressed: Addressed): NeutralRequest {
  const body = new Fields(json, '')
  const leftOut: string[] = []
  // The gateway's own: it has chosen the model.
  body.get('model')
  // Says that this is the Messages API, where it is another cloud's.
  body.get('anthropic_version')
  const stream = (body.boolean('stream') ?? false) || addressed.stream
  const system = readContent(body, 'system', readText)
  const { turns, instructions } = readTurns(body, leftOut)
  const tools = readTools(body, leftOut)
  const output = readOutput(body, leftOut)
  const settings: Settings = { ...readPlain(body), ...readToolChoice(body), ...output.settings }
  readHints(body, leftOut)
  // Lists of nothing do nothing. With something in them they bring Anthropic's own servers in.
  for (const name of ['mcp_servers', 'container', 'fallbacks']) body.only(name)
  body.end()
  return {
    ...settings,
    stream,
    system: [...system, ...instructions],
    turns,
    tools,
    named: { ...namesOf(settings), ...output.named },
    leftOut,
  }
}

function readPlain(body: Fields): Settings {
  const plain = {
    outputMaximum: body.number('max_tokens'),
    temperature: body.number('temperature'),
    topP: body.number('top_p'),
    topK: body.number('top_k'),
    stop: body.strings('stop_sequences'),
    endUser: readUser(body),
  }
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined))
}

function readUser(body: Fields): string | undefined {
  const metadata = body.object('metadata')
  const user = metadata?.string('user_id')
  metadata?.end()
  return user
}

const names: Readonly<Partial<Record<SettingName, string>>> = {
  outputMaximum: 'max_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop_sequences',
  endUser: 'metadata.user_id',
  toolChoice: 'tool_choice',
  parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
}

function namesOf(settings: Settings): Readonly<Partial<Record<SettingName, string>>> {
  return Object.fromEntries(Object.entries(names).filter(([name]) => name in settings))
}

/** What only bears on caches, queues and room: the answer is the model's either way. */
function readHints(body: Fields, leftOut: string[]): void {
  if (cacheOf(body).cache) leftOut.push('cache_control')
  // Explains why a cache was missed. Answers say null there, as Anthropic's do when they know nothing.
  if (body.get('diagnostics') !== undefined) leftOut.push('diagnostics')
  // Which of Anthropic's queues to use: others have their own.
  if (body.oneOf('service_tier', ['auto', 'standard_only']) === 'standard_only') leftOut.push('service_tier')
  if (body.oneOf('speed', ['standard', 'fast']) === 'fast') leftOut.push('speed')
  readContextManagement(body, leftOut)
}

/**
 * Claude Code asks Anthropic to clear old thoughts and old tool results where a conversation grows too long. Without that
 * the model reads the whole of what the caller itself has sent: it costs more, and what does not fit is refused, so nothing
 * goes missing. A summary by the server (`compact_…`) is another thing: it comes as part of the answer.
 */
function readContextManagement(body: Fields, leftOut: string[]): void {
  const management = body.object('context_management')
  const edits = management?.list('edits') ?? []
  edits.forEach((_, index) => {
    management!.item('edits', index).oneOf('type', ['clear_thinking_20251015', 'clear_tool_uses_20250919'])
  })
  management?.end()
  if (edits.length > 0) leftOut.push('context_management')
}
