/** The turns of a conversation, what they weigh in tokens, and what the last of the user's steers. */
import { isObject } from '#lib/demo/simulator/rules/members.ts'
import { promptTokensOf } from '#lib/demo/simulator/rules/prompt-tokens.ts'
import { readSteering, type Steering } from '#lib/demo/simulator/rules/steering.ts'
import {
  fieldNames,
  type Fields,
  InvalidArgument,
  readChoice,
  readFields,
  readList,
  readRequiredText,
  readText,
} from '#lib/demo/simulator/wires/gemini/request.ts'

export type Content = { readonly role: 'user' | 'model'; readonly parts: readonly Fields[] }

const CONTENT = fieldNames('role', 'parts')

/** A part has exactly one of these; the names after them only describe it. */
const PART_KINDS = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
] as const
const PART = fieldNames(...PART_KINDS, 'thought', 'thoughtSignature', 'videoMetadata', 'mediaResolution')
const INLINE_DATA = fieldNames('mimeType', 'data', 'displayName')
const FILE_DATA = fieldNames('mimeType', 'fileUri', 'displayName')
const FUNCTION_CALL = fieldNames('id', 'name', 'args')
const FUNCTION_RESPONSE = fieldNames('id', 'name', 'response', 'parts', 'willContinue', 'scheduling')

export function readContents(fields: Fields, at: string): readonly Content[] {
  const contents = readList(fields, 'contents', at)
  const place = at === '' ? 'contents' : `${at}.contents`
  if (contents.length === 0) throw new InvalidArgument(`${place} is missing or empty.`)
  return contents.map((content, i) => readContent(content, `${place}[${i}]`))
}

export function readContent(value: unknown, at: string): Content {
  const content = readFields(value, at, CONTENT)
  // An empty text is to protocol buffers what a missing one is.
  const role = content.role === '' ? null : readChoice(content, 'role', at, ['user', 'model'])
  const parts = readList(content, 'parts', at)
  if (parts.length === 0) throw new InvalidArgument(`${at}.parts is missing or empty.`)
  return { role: role ?? 'user', parts: parts.map((part, i) => readPart(part, `${at}.parts[${i}]`)) }
}

function readPart(value: unknown, at: string): Fields {
  const part = readFields(value, at, PART)
  const kinds = PART_KINDS.filter((kind) => part[kind] != null)
  if (kinds.length !== 1) {
    throw new InvalidArgument(`${at} must have exactly one of ${PART_KINDS.join(', ')}.`)
  }
  switch (kinds[0]) {
    case 'text':
      readText(part, 'text', at)
      break
    case 'inlineData': {
      const blob = readFields(part.inlineData, `${at}.inlineData`, INLINE_DATA)
      readRequiredText(blob, 'mimeType', `${at}.inlineData`)
      readRequiredText(blob, 'data', `${at}.inlineData`)
      break
    }
    case 'fileData':
      readRequiredText(readFields(part.fileData, `${at}.fileData`, FILE_DATA), 'fileUri', `${at}.fileData`)
      break
    case 'functionCall':
      checkFunction(readFields(part.functionCall, `${at}.functionCall`, FUNCTION_CALL), 'args', `${at}.functionCall`)
      break
    case 'functionResponse': {
      const place = `${at}.functionResponse`
      checkFunction(readFields(part.functionResponse, place, FUNCTION_RESPONSE), 'response', place)
      break
    }
  }
  return part
}

/** The name of a function, and a value that must be an object when it is there. */
function checkFunction(fields: Fields, value: 'args' | 'response', at: string): void {
  readRequiredText(fields, 'name', at)
  if (fields[value] != null && !isObject(fields[value])) {
    throw new InvalidArgument(`${at}.${value} must be an object.`)
  }
}

export type Prompt = { readonly steering: Steering; readonly tokens: number }

/** Only text counts, that of the system instruction too, which weighs what a turn does. */
export function weighPrompt(contents: readonly Content[], systemInstruction: Content | null): Prompt {
  const { steering, optionBytes } = steeringOf(contents)
  let textBytes = -optionBytes
  for (const content of contents) textBytes += textBytesOf(content)
  if (systemInstruction) textBytes += textBytesOf(systemInstruction)
  return { steering, tokens: promptTokensOf(textBytes, contents.length + (systemInstruction ? 1 : 0)) }
}

/**
 * The user's last text steers. A function's response has the user's role as well, but nothing that the user
 * said, so the question that led to it goes on steering, as it does on the other wires.
 */
export function steeringOf(contents: readonly Content[]): { steering: Steering; optionBytes: number } {
  const lastUser = contents.findLast(({ role, parts }) => role === 'user' && parts.some(isText))
  const first = lastUser?.parts.find(isText)?.text ?? ''
  const { steering, textStart } = readSteering(first)
  return { steering, optionBytes: textStart === 0 ? 0 : Buffer.byteLength(first.slice(0, textStart)) }
}

export function textBytesOf({ parts }: Content): number {
  return parts.reduce((sum, part) => (isText(part) ? sum + Buffer.byteLength(part.text) : sum), 0)
}

export function isText(part: Fields): part is Fields & { readonly text: string } {
  return typeof part.text === 'string'
}
