/** Reads usage from a JSON answer on its way to the caller: bytes pass at once, the tail is kept and read when asked. */
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerReader } from '#lib/formats/contract.ts'
import { modelIn as modelInHead, objectAfter, textsIn } from '#lib/formats/scan-json.ts'

/** Usage stands near the end of an answer, or near its beginning: this much of each is kept. */
const tailBytes = 64 * 1024
const headBytes = 4 * 1024
const nothing = Buffer.alloc(0)
const usualUsageName = Buffer.from('"usage"')

export type JsonWire = {
  /** Null where the object is no usable usage. `bytes`: what it stood in. */
  readonly tokensOf: (usage: unknown, bytes: Buffer) => TokenVector | null
  /** Names of fields with output text, each with its quotes and colon. */
  readonly textFields: readonly Buffer[]
  /** The name of the usage object with its quotes, where it is not "usage". */
  readonly usageName?: Buffer
  /** Finds the model's name in the answer's first or last bytes, where it is not the first "model". */
  readonly modelIn?: (head: Buffer, tail: Buffer) => string | null
}

export function jsonAnswer(wire: JsonWire): AnswerReader {
  const { tokensOf, textFields, usageName = usualUsageName, modelIn = modelInHead } = wire
  let head: Buffer = nothing
  let tail: Buffer[] = []
  let kept = 0
  let ended = false
  return {
    push(chunk) {
      if (head.length < headBytes) head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      tail.push(chunk)
      kept += chunk.length
      while (tail.length > 1 && kept - tail[0]!.length >= tailBytes) kept -= tail.shift()!.length
      return chunk
    },
    end() {
      ended = true
      return nothing
    },
    reading() {
      const end = tail.length === 1 ? tail[0]! : Buffer.concat(tail)
      tail = [end]
      const tokens = tokensOf(objectAfter(end, usageName), end) ?? tokensOf(objectAfter(head, usageName), head)
      return {
        tokens,
        promptTokens: null,
        outputSeen: tokens?.output ?? Math.round(textsIn(end, textFields).characters / 4),
        modelServed: modelIn(head, end),
        complete: ended,
      }
    },
  }
}
