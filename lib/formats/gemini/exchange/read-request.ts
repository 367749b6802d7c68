/** A Gemini caller's request as a neutral one. */
import { wantsEvents } from '#lib/formats/gemini/alt.ts'
import type { Addressed } from '#lib/formats/contract.ts'
import { Message } from '#lib/formats/gemini/exchange/message.ts'
import { readContents, readSystem } from '#lib/formats/gemini/exchange/read-contents.ts'
import { readSettings } from '#lib/formats/gemini/exchange/read-settings.ts'
import { readToolConfig, readTools } from '#lib/formats/gemini/exchange/read-tools.ts'
import type { Fields } from '#lib/formats/gemini/fields.ts'
import { NotCarried, type NeutralRequest } from '#lib/formats/neutral.ts'

/** Change nothing in the answer. */
const hints = ['labels', 'store']

export function readRequest(body: Fields, { stream, query = '' }: Addressed): NeutralRequest {
  if (stream && !wantsEvents(query)) {
    throw new NotCarried('alt', 'a stream is only carried as server-sent events: ask for them with alt=sse')
  }
  const request = new Message(body, '')
  // Known to be the model of the address.
  request.take('model')
  const leftOut = hints.filter((hint) => request.take(hint) !== undefined)
  if (request.messages('safetySettings').length > 0) request.refuse('safetySettings', 'they are for Google’s filters')
  const system = readSystem(request.message('systemInstruction'))
  const turns = readContents(request.messages('contents'), leftOut)
  const tools = readTools(request.messages('tools'))
  const { choice, validated } = readToolConfig(request.message('toolConfig'), tools)
  const { settings, named } = readSettings(request.message('generationConfig'))
  request.end()
  return {
    ...settings,
    ...(choice ? { toolChoice: choice } : {}),
    stream,
    system,
    turns,
    tools: validated ? tools.map((tool) => ({ ...tool, strict: true })) : tools,
    named: choice ? { ...named, toolChoice: 'toolConfig.functionCallingConfig' } : named,
    leftOut,
  }
}
