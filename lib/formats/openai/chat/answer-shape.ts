/**
 * A chat completions answer as servers really write it: OpenAI's, and those that call themselves compatible. Lenient with
 * what only accompanies an answer, never with what it says: that would be lost.
 */
import * as z from 'zod'

const text = z.string().nullish()
/** Of another type it counts as missing. */
const label = text.catch(null)

const thinkingBlock = z.object({ thinking: text, signature: text, data: text })

const toolCall = z.object({
  /** In streams; some servers leave it out. */
  index: z.int().nonnegative().nullish(),
  id: text,
  // Some servers give the arguments as an object.
  function: z
    .object({ name: text, arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish() })
    .nullish(),
  extra_content: z
    .object({ google: z.object({ thought_signature: text }).nullish() })
    .nullish()
    .catch(null),
})
export type SaidToolCall = z.infer<typeof toolCall>

/** Mistral's: texts and thoughts by turns. */
const contentPart = z.object({ text, thinking: z.array(z.object({ text })).nullish() })

/** A message, or a stream's part of one. */
const said = z.object({
  content: z.union([z.string(), z.array(contentPart)]).nullish(),
  refusal: text,
  // DeepSeek's name, and that of vLLM and OpenRouter.
  reasoning_content: text,
  reasoning: text,
  thinking_blocks: z.array(thinkingBlock).nullish(),
  tool_calls: z.array(toolCall).nullish(),
})
export type Said = z.infer<typeof said>

const choice = z.object({
  index: z.int().nullish(),
  finish_reason: text,
  /** vLLM's: the stop sequence that came, or the number of a token. */
  stop_reason: label,
})
export type EndedChoice = Omit<z.infer<typeof choice>, 'index'>

const head = { id: label, model: label, usage: z.unknown().optional() }
const completion = z.object({ ...head, choices: z.tuple([choice.extend({ message: said })]).rest(z.unknown()) })
const chunk = z.object({ ...head, choices: z.array(choice.extend({ delta: said.nullish() })).nullish() })
type Completion = z.infer<typeof completion>
export type Chunk = z.infer<typeof chunk>

/** Null where the value is no answer. */
export function asCompletion(value: unknown): Completion | null {
  return completion.safeParse(value).data ?? null
}

/** Throws where the value is no piece of an answer. */
export function asChunk(value: unknown): Chunk {
  return chunk.parse(value)
}
