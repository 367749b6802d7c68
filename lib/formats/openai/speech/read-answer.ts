/** Reads usage from speech on its way to the caller. All that such a model gives is sound: its tokens are `output`. */
import * as z from 'zod'
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerReader } from '#lib/formats/contract.ts'
import { dataOf, passEvents } from '#lib/formats/stream-answer.ts'

const count = z.number().int().nonnegative().max(1_000_000_000)
const usage = z.object({ input_tokens: count, output_tokens: count })

/** Sound says nothing of its usage; its bytes pass. */
export function speechBytes(): AnswerReader {
  let complete = false
  return {
    push: (chunk) => chunk,
    end() {
      complete = true
      return nothing
    },
    reading: () => ({ tokens: null, promptTokens: null, outputSeen: 0, modelServed: null, complete }),
  }
}

const nothing = Buffer.alloc(0)
const done = 'speech.audio.done'
const doneName = Buffer.from(done)

export function speechStream(): AnswerReader {
  let tokens: TokenVector | null = null
  let complete = false

  function read(event: Buffer): boolean {
    if (!event.includes(doneName)) return false
    const data = dataOf(event) as { readonly type?: unknown; readonly usage?: unknown } | null
    if (data?.type !== done) return false
    complete = true
    const parsed = usage.safeParse(data.usage)
    if (parsed.success) tokens = { input: parsed.data.input_tokens, output: parsed.data.output_tokens }
    return false
  }

  const told = () => ({ tokens, promptTokens: null, modelServed: null, complete })
  return passEvents({ read, marks: () => [doneName], textFields: [], told })
}
