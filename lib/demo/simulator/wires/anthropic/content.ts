/** What people, models and tools say to each other: a text, or a list of typed blocks. */
import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import {
  InvalidRequest,
  requireObject,
  requirePresence,
  requireText,
} from '#lib/demo/simulator/wires/anthropic/request.ts'

export type Content = string | readonly Members[]

type CheckMember = (value: unknown, path: string) => void

/** The required members of each type of block. */
const BLOCKS: Readonly<Record<string, Readonly<Record<string, CheckMember>>>> = {
  text: { text: requireWords },
  image: { source: requireObject },
  document: { source: requireObject },
  tool_use: { id: requireText, name: requireText, input: requireObject },
  tool_result: { tool_use_id: requireText, content: allowContent },
  thinking: { thinking: requireText, signature: requireText },
  redacted_thinking: { data: requireText },
}

const ALL_TYPES = Object.keys(BLOCKS)

/** `types` are the blocks that may stand there. */
export function readContent(content: unknown, path: string, types: readonly string[] = ALL_TYPES): Content {
  requirePresence(content, path)
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) throw new InvalidRequest(path, 'Expected a text or a list of blocks')
  return content.map((block, index) => readBlock(block, `${path}.${index}`, types))
}

function readBlock(value: unknown, path: string, types: readonly string[]): Members {
  const block = requireObject(value, path)
  const type = requireText(block.type, `${path}.type`)
  if (!types.includes(type)) throw new InvalidRequest(`${path}.type`, `Expected one of ${types.join(', ')}`)
  for (const [name, check] of Object.entries(BLOCKS[type] ?? {})) check(block[name], `${path}.${type}.${name}`)
  return block
}

function requireWords(value: unknown, path: string): void {
  if (requireText(value, path) === '') throw new InvalidRequest(path, 'Expected a text that is not empty')
}

/** A tool may have nothing to say. */
function allowContent(value: unknown, path: string): void {
  if (value !== undefined) readContent(value, path, ['text', 'image', 'document'])
}

/** Its own text, and what tools have answered. */
export function textBytesOf(content: unknown): number {
  if (typeof content === 'string') return Buffer.byteLength(content)
  if (!Array.isArray(content)) return 0
  return content.reduce((sum: number, block: unknown) => {
    if (!isObject(block)) return sum
    return sum + (block.type === 'tool_result' ? textBytesOf(block.content) : Buffer.byteLength(textOfBlock(block)))
  }, 0)
}

/** `''` when it only shows pictures, or only hands over what tools have answered. */
export function firstText(content: Content): string {
  if (typeof content === 'string') return content
  return content.map(textOfBlock).find((text) => text !== '') ?? ''
}

function textOfBlock({ type, text }: Members): string {
  return type === 'text' && typeof text === 'string' ? text : ''
}
