/**
 * Texts on their way to a provider of another wire, and their vectors on the way back. As with conversations, whatever has no
 * place there is refused by the name that the caller gave it.
 */
import type { TokenVector } from '#lib/catalog/contract.ts'
import {
  NotCarried,
  type AnswerContext,
  type ProviderError,
  type WriteTarget,
  type WrittenRequest,
} from '#lib/formats/neutral.ts'

/** `at`: where it stands in the caller's body. */
export type Setting<Value> = { readonly value: Value; readonly at: string }

export type EmbeddingInput = {
  readonly text: string
  readonly at: string
  /** How long the vector is to be; the model's own length where it is null. */
  readonly dimensions: Setting<number> | null
  /** What the vector is for, in Google's words. */
  readonly taskType: Setting<string> | null
  readonly title: Setting<string> | null
}

export type EmbeddingRequest = {
  /** One at least. */
  readonly inputs: readonly EmbeddingInput[]
  /** Hints that have no place. */
  readonly leftOut: readonly string[]
}

export type EmbeddingAnswer = {
  /** In the order of the inputs. */
  readonly vectors: readonly (readonly number[])[]
  /** Null where the provider tells no usage. */
  readonly tokens: TokenVector | null
  readonly model: string | null
}

export type EmbeddingCaller = {
  /** The body has passed the format's `parse`. Throws NotCarried, also for fields that it does not know. */
  readRequest(body: Readonly<Record<string, unknown>>): EmbeddingRequest
  writeAnswer(answer: EmbeddingAnswer, context: AnswerContext): string
  writeError(error: ProviderError): string
}

export type EmbeddingProvider = {
  /** Throws NotCarried. */
  writeRequest(request: EmbeddingRequest, target: WriteTarget): WrittenRequest
  /** Null where the body is no answer of this wire. */
  readAnswer(body: unknown): EmbeddingAnswer | null
  readError(status: number, body: unknown): ProviderError
}

/** The length of the vectors, where a wire asks for it once. Throws NotCarried where the inputs differ. */
export function dimensionsOfAll(inputs: readonly EmbeddingInput[]): number | null {
  const asked = inputs[0]?.dimensions?.value ?? null
  const other = inputs.find(({ dimensions }) => (dimensions?.value ?? null) !== asked)
  if (other)
    throw new NotCarried(other.dimensions?.at ?? other.at, 'the vectors of one call are all of one length there')
  return asked
}
