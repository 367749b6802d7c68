/** What a prompt weighs: an estimate for limits, and what its bytes do not bound. */
import { isFields, listed, type Fields } from '#lib/formats/gemini/fields.ts'

export type Content = { readonly parts?: readonly Fields[] | null | undefined }

/**
 * The most prompt tokens that one image can become: 24 tiles of 258 tokens after pictures are scaled down to 3,072 pixels
 * (https://ai.google.dev/gemini-api/docs/image-understanding); newer models take 2,240 at the most.
 */
const tokensOfAnImage = 6_192
/** What is only referred to, a video, or a store of cached content can be as long as the largest context that we know of. */
export const tokensOfAContext = 1_050_000

/** Four bytes a token, three tokens of framing a message and three for the answer's start, as for the other wires. */
export function promptTokensEstimate(contents: readonly Content[]): number {
  let bytes = 0
  for (const { parts } of contents) {
    for (const part of parts ?? [])
      bytes += textBytes(part.text) + textBytes(part.functionResponse ?? part.function_response)
  }
  return Math.ceil(bytes / 4) + 3 * contents.length + 3
}

/** Bytes of all the text within; without recursion, for a caller chooses the depth. */
function textBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  let bytes = 0
  const open = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === 'string') bytes += Buffer.byteLength(next)
    else if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) open.push(inner)
  }
  return bytes
}

// Text, sound and documents are bounded by their bytes. A picture of one colour is a short file of many tokens, and so is a
// film of one picture.
export function tokensBeyondBytes(contents: readonly Content[]): number {
  let tokens = 0
  for (const { parts } of contents) {
    for (const part of parts ?? []) {
      tokens += tokensOfMedia(part)
      const response = part.functionResponse ?? part.function_response
      const inner = isFields(response) ? listed(response.parts) : null
      if (Array.isArray(inner)) for (const one of inner) if (isFields(one)) tokens += tokensOfMedia(one)
    }
  }
  return tokens
}

function tokensOfMedia(part: Fields): number {
  let tokens = 0
  for (const file of [part.fileData, part.file_data]) if (file != null) tokens += tokensOfAContext
  for (const data of [part.inlineData, part.inline_data]) {
    if (!isFields(data)) continue
    const types = [data.mimeType, data.mime_type].join(' ')
    if (/\bvideo\//i.test(types)) tokens += tokensOfAContext
    else if (/\bimage\//i.test(types)) tokens += Math.max(tokensOfAnImage, askedTokens(part))
  }
  return tokens
}

/** A caller may say how many tokens an image is to become. */
function askedTokens(part: Fields): number {
  const resolution = part.mediaResolution ?? part.media_resolution
  if (!isFields(resolution)) return 0
  const asked = Number(resolution.numTokens ?? resolution.num_tokens ?? 0)
  return asked > 0 ? Math.min(asked, tokensOfAContext) : 0
}

/** Tools that Google runs itself may read pages and files into the prompt. */
export function tokensOfTools(tools: unknown): number {
  const list = listed(tools)
  const runs = (tool: unknown): boolean =>
    isFields(tool) &&
    Object.keys(tool).some((name) => name !== 'functionDeclarations' && name !== 'function_declarations')
  return Array.isArray(list) && list.some(runs) ? tokensOfAContext : 0
}
