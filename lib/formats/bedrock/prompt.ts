/** What a Converse prompt weighs: an estimate for limits, and what its bytes do not bound. */

/** An object of one member, which says what it is. */
type Block = Readonly<Record<string, unknown>>

/** The most that one image can become at Anthropic's models; those of other makers take less. */
const tokensOfAnImage = 3_300
/** What is only referred to, and a video, can be as long as the largest context that we know of. */
const tokensOfAContext = 1_050_000

/** Four bytes a token, three tokens of framing a message and three for the answer's start, as for the other wires. */
export function promptTokensEstimate(contents: readonly (readonly Block[])[]): number {
  let bytes = 0
  for (const { text, json } of withResults(contents.flat())) {
    if (typeof text === 'string') bytes += Buffer.byteLength(text)
    if (json !== undefined) bytes += Buffer.byteLength(JSON.stringify(json))
  }
  return Math.ceil(bytes / 4) + 3 * contents.length + 3
}

// Text and inline documents are bounded by their bytes. A picture of one colour is a short file of many tokens.
export function tokensBeyondBytes(contents: readonly (readonly Block[])[]): number {
  let tokens = 0
  for (const { image, document, video, audio } of withResults(contents.flat())) {
    if (image !== undefined) tokens += tokensOfAnImage
    if (video !== undefined || isReference(document) || isReference(audio)) tokens += tokensOfAContext
  }
  return tokens
}

/** The blocks, and those inside tools' results. */
function withResults(blocks: readonly Block[]): Block[] {
  return blocks.flatMap((block) => {
    const content = isObject(block.toolResult) ? block.toolResult.content : null
    return Array.isArray(content) ? content.filter(isObject) : [block]
  })
}

function isReference(media: unknown): boolean {
  return isObject(media) && isObject(media.source) && media.source.s3Location !== undefined
}

function isObject(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
