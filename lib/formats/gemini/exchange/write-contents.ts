/** Neutral turns as contents for a Gemini provider. */
import { generationOf } from '#lib/formats/gemini/exchange/model-generation.ts'
import { noSignature } from '#lib/formats/gemini/exchange/no-signature.ts'
import { objectIn, responseOf } from '#lib/formats/gemini/exchange/tool-response.ts'
import { mediaPart } from '#lib/formats/gemini/exchange/write-media.ts'
import {
  NotCarried,
  type MediaPart,
  type TextPart,
  type ToolResultPart,
  type SpokenTurn,
} from '#lib/formats/neutral.ts'

/** `leftOut` takes the names of hints that have no place. */
export function writeContents(turns: readonly SpokenTurn[], model: string, leftOut: string[]): object[] {
  const names = new Map<string, string>()
  return turns.map((turn) => {
    for (const part of turn.parts) if ('cache' in part && part.cache) leftOut.push(`${part.at}.cache_control`)
    if (turn.role === 'user')
      return { role: 'user', parts: turn.parts.map((part) => userPart(part, names, model, leftOut)) }
    for (const part of turn.parts) if (part.kind === 'tool call') names.set(part.id, part.name)
    return { role: 'model', parts: signed(turn.parts.map(modelPart), model) }
  })
}

type UserPart = Extract<SpokenTurn, { role: 'user' }>['parts'][number]
type ModelPart = Extract<SpokenTurn, { role: 'assistant' }>['parts'][number]

function userPart(part: UserPart, names: ReadonlyMap<string, string>, model: string, leftOut: string[]): object {
  if (part.kind === 'text') return { text: part.text }
  return part.kind === 'tool result' ? toolResponse(part, names, model, leftOut) : mediaPart(part, model, leftOut)
}

function toolResponse(
  result: ToolResultPart,
  names: ReadonlyMap<string, string>,
  model: string,
  leftOut: string[],
): object {
  const { id, at, content, failed } = result
  const name = result.name ?? names.get(id)
  if (name === undefined) throw new NotCarried(at, 'it answers no tool call of this conversation')
  const texts = content.filter((part): part is TextPart => part.kind === 'text').map(({ text }) => text)
  const media = content.filter((part): part is MediaPart => part.kind !== 'text')
  // https://ai.google.dev/gemini-api/docs/function-calling, "Multimodal function responses"
  if (media.length > 0 && generationOf(model) < 3) {
    throw new NotCarried(media[0]!.at, 'this model takes results in text alone')
  }
  const parts = media.map((part) => mediaPart(part, model, leftOut))
  const response = responseOf(texts.join('\n'), failed)
  return { functionResponse: { id, name, response, ...(parts.length > 0 ? { parts } : {}) } }
}

type SignedPart = {
  readonly functionCall?: object
  readonly thoughtSignature?: string
  readonly [field: string]: unknown
}

function modelPart(part: ModelPart): SignedPart {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return { text: part.text }
    case 'thinking':
      return { text: part.text, thought: true, ...(part.signature ? { thoughtSignature: part.signature } : {}) }
    case 'hidden thinking':
      throw new NotCarried(part.at, 'only the provider that thought it can read it')
    case 'tool call': {
      const args = part.arguments.trim() === '' ? {} : objectIn(part.arguments)
      if (!args) throw new NotCarried(part.at, 'the arguments of its call are no JSON object')
      const { id, name, signature } = part
      return { functionCall: { id, name, args }, ...(signature ? { thoughtSignature: signature } : {}) }
    }
  }
}

function signed(parts: readonly SignedPart[], model: string): readonly SignedPart[] {
  const first = parts.findIndex(({ functionCall }) => functionCall !== undefined)
  if (first < 0 || parts[first]!.thoughtSignature !== undefined || generationOf(model) < 3) return parts
  return parts.with(first, { ...parts[first]!, thoughtSignature: noSignature })
}
