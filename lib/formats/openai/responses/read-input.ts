/** The items of a request for a response as a conversation by turns. */
import {
  joinTurns,
  NotCarried,
  type CacheFor,
  type MediaPart,
  type NeutralRequest,
  type Source,
  type TextPart,
  type ToolResultPart,
  type Turn,
} from '#lib/formats/neutral.ts'
import { readReasoning } from '#lib/formats/openai/responses/reasoning.ts'
import type { InputItem, InputPart, ResponseRequest } from '#lib/formats/openai/responses/request-shape.ts'
import { sourceOf } from '#lib/formats/openai/source.ts'

type Item<Type extends InputItem['type']> = Extract<InputItem, { type: Type }>
type AssistantPart = Extract<Turn, { role: 'assistant' }>['parts'][number]

type Conversation = Pick<NeutralRequest, 'system' | 'turns' | 'leftOut'>

/** Throws NotCarried. */
export function readInput({ input, instructions }: ResponseRequest): Conversation {
  const system: TextPart[] = instructions ? [{ kind: 'text', text: instructions, at: 'instructions' }] : []
  if (typeof input === 'string') {
    return { system, turns: [{ role: 'user', parts: [{ kind: 'text', text: input, at: 'input' }] }], leftOut: [] }
  }

  const turns: Turn[] = []
  const leftOut: string[] = []
  const toolNames = new Map<string, string>()
  /** Of the call that follows. */
  let callSignature: string | null = null
  const say = (part: AssistantPart) => turns.push({ role: 'assistant', parts: [part] })
  for (const [index, item] of (input ?? []).entries()) {
    const at = `input.${index}`
    switch (item.type) {
      case 'message':
        if (item.role === 'user') turns.push({ role: 'user', parts: partsOf(item.content, `${at}.content`) })
        else if (item.role === 'assistant') {
          for (const part of saidBy(item, `${at}.content`)) say(part)
          if (item.phase) leftOut.push(`${at}.phase`)
        } else {
          if (turns.length > 0) throw new NotCarried(at, 'instructions can only stand before the conversation')
          system.push(...textsOf(item.content, `${at}.content`))
        }
        break
      case 'function_call': {
        toolNames.set(item.call_id, item.name)
        const signature = callSignature === null ? {} : { signature: callSignature }
        say({ kind: 'tool call', id: item.call_id, name: item.name, arguments: item.arguments, ...signature, at })
        callSignature = null
        break
      }
      case 'function_call_output':
        turns.push({ role: 'user', parts: [toolResult(item, toolNames, at)] })
        break
      case 'reasoning': {
        const read = readReasoning(item)
        // What OpenAI keeps of a thought is told by its id alone, which says nothing elsewhere.
        if (read.kind === 'nothing') leftOut.push(at)
        else if (read.kind === 'call signature') callSignature = read.signature
        else say({ ...read, at })
        break
      }
    }
  }
  return { system, turns: joinTurns(turns), leftOut }
}

function partsOf(content: string | readonly InputPart[], at: string): (TextPart | MediaPart)[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content, at }]
  return content.map((part, index) => partOf(part, `${at}.${index}`))
}

function partOf(part: InputPart, at: string): TextPart | MediaPart {
  switch (part.type) {
    case 'input_text':
      return { kind: 'text', text: part.text, at, ...cacheOf(part) }
    case 'input_image': {
      const source = onlySource(at, part.file_id, part.image_url && sourceOf(part.image_url, `${at}.image_url`))
      return { kind: 'image', source, at, ...(part.detail && { detail: part.detail }), ...cacheOf(part) }
    }
    case 'input_file': {
      const data = part.file_data && sourceOf(part.file_data, `${at}.file_data`)
      const source = onlySource(at, part.file_id, data, part.file_url && sourceOf(part.file_url, `${at}.file_url`))
      return { kind: 'document', source, at, ...(part.filename && { name: part.filename }), ...cacheOf(part) }
    }
  }
}

function textsOf(content: string | readonly Extract<InputPart, { type: 'input_text' }>[], at: string): TextPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content, at }]
  return content.map((part, index) => ({ kind: 'text', text: part.text, at: `${at}.${index}`, ...cacheOf(part) }))
}

/** The one place that the picture or file comes from. */
function onlySource(
  at: string,
  fileId: string | null | undefined,
  ...others: (Source | '' | null | undefined)[]
): Source {
  const file: Source | null = fileId ? { kind: 'file', id: fileId } : null
  const [source, another] = [file, ...others].filter((one) => one !== '' && one != null)
  if (!source) throw new NotCarried(at, 'it does not say where it comes from')
  if (another) throw new NotCarried(at, 'it comes from two places')
  return source
}

/** A breakpoint that names no time of its own may live as long as the provider finds right. */
function cacheOf({ prompt_cache_breakpoint: mark }: InputPart): { readonly cache?: CacheFor } {
  return mark ? { cache: mark.ttl ? '1h' : '5m' } : {}
}

function saidBy({ content }: Extract<Item<'message'>, { role: 'assistant' }>, at: string): AssistantPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content, at }]
  return content.map((part, index) => {
    const place = { at: `${at}.${index}` }
    if (part.type === 'refusal') return { kind: 'refusal', text: part.refusal, ...place }
    return { kind: 'text', text: part.text, ...place, ...(part.type === 'input_text' && cacheOf(part)) }
  })
}

function toolResult(
  item: Item<'function_call_output'>,
  toolNames: ReadonlyMap<string, string>,
  at: string,
): ToolResultPart {
  return {
    kind: 'tool result',
    id: item.call_id,
    name: item.name ?? toolNames.get(item.call_id) ?? null,
    content: partsOf(item.output, `${at}.output`),
    // The wire has no place to say so; the text does.
    failed: false,
    at,
  }
}
