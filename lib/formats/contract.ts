/**
 * A format is a wire: how requests are read, how refusals and usage look in it. Pure; no I/O. The gateway knows formats
 * only through these types.
 */
import type { Endpoint, TokenVector, Unit } from '#lib/catalog/contract.ts'

/**
 * What a wire can be asked for, in the wire's own words. Several operations may be one endpoint to policy and catalogue:
 * `count_tokens` and `countTokens` are the same right on two wires.
 */
export type Operation =
  // OpenAI's
  | 'chat'
  | 'responses'
  | 'completions'
  | 'embeddings'
  | 'moderations'
  | 'images'
  | 'speech'
  | 'transcriptions'
  // Anthropic's
  | 'messages'
  | 'count_tokens'
  // Google's
  | 'generateContent'
  | 'countTokens'
  | 'embedContent'
  | 'batchEmbedContents'
  // Google's cloud's, of embeddings
  | 'predict'
  // AWS's
  | 'converse'
  | 'invoke'

/** What the address of a call says, where the wire puts it there. */
export type Addressed = {
  readonly model: string | null
  readonly stream: boolean
  /** Undecoded and without its question mark; told only where the address asks for a stream. */
  readonly query?: string
}

/** What the call path needs to know of a request body. */
export type ParsedRequest = {
  readonly model: string
  /** What policy and catalogue call it, where the body and not the address decides. */
  readonly endpoint?: Endpoint
  readonly stream: boolean
  /** The caller's own output maximum, in tokens; null where it named none, 0 where the endpoint has no output. */
  readonly outputMaximum: number | null
  /** What the API itself stops at where the caller names no maximum, in tokens; absent where that is the model's own. */
  readonly outputDefault?: number
  /** Answers asked for; each may take the output maximum. */
  readonly choices: number
  /** What the prompt probably counts, for token limits and for calls whose usage never arrives. */
  readonly promptTokensEstimate: number
  /** Upper bound on prompt tokens beyond what the body's bytes bound: images and files by reference. */
  readonly tokensBeyondBytes: number
  /** Those of the body's bytes that become prompt tokens; absent where all may. */
  readonly promptBytes?: number
  /** Where it first refers to what the provider keeps for the credential; absent where it does not. */
  readonly storedReference?: string
  /** What the call uses beside its text; absent where that is nothing. */
  readonly media?: MediaUse
  /** Whether the caller wants the usage event of a stream for itself. */
  readonly wantsStreamUsage: boolean
}

/**
 * Pictures, sound and characters, in all the units in which they may be billed: a model's price has some of them, and only
 * those count.
 */
export type MediaUse = {
  /** Upper bound, for the hold. */
  readonly most: TokenVector
  /** What it probably comes to, for answers that do not say it. */
  readonly likely: TokenVector
  /** Units of `likely` that the request itself tells exactly. */
  readonly exact: readonly Unit[]
  /** How the others were estimated. */
  readonly how: string
}

export type ParseProblem = { readonly problem: string; readonly param: string | null }

/** Fields of a body, by names of its wire's own. */
export type BodyFields = Readonly<Record<string, unknown>>

/** What the gateway wants changed in the forwarded body. Nothing set: the caller's bytes go on as they are. */
export type BodyChanges = {
  /** What the provider calls the model; no change where the body says the same. */
  readonly model?: string
  readonly outputMaximum?: number
  readonly includeStreamUsage?: boolean
  /** The address asks for a stream, so the body has to as well, where its wire has a field for it. */
  readonly stream?: true
  /** What the provider wants to stand in the body: fields with these values, and those that are undefined not at all. */
  readonly fields?: BodyFields
  /** The caller's bytes could be read in two ways, so they are written again from what was parsed. */
  readonly rewrite?: boolean
}

/** Why the caller is refused, in the caller's terms. */
export type PublicRefusal = {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly param: string | null
  /** After which trying again makes sense; absent where time does not help. For wires that say so in the body too. */
  readonly retryAfterSeconds?: number
  /** The call's id. */
  readonly requestId: string
  /** The same in every format; null only where no decision was made (the request could not be read). */
  readonly gatehouse: Readonly<Record<string, unknown>>
}

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Reads usage from an answer as it passes by. Bounded memory; never changes a byte unless told to strip. */
export type AnswerReader = {
  /** Takes the next bytes and returns those to send on. */
  push(chunk: Buffer): Buffer
  /** The end of the upstream's answer; returns what was held back. */
  end(): Buffer
  /** What was learned so far. Valid at any moment, also after an abort. */
  reading(): AnswerReading
}

export type AnswerReading = {
  /** Usage as the provider reported it at the end, or null. */
  readonly tokens: TokenVector | null
  /** What the provider said of the prompt before the end, where its wire does that. */
  readonly promptTokens: TokenVector | null
  /** Output tokens counted from the stream's own events, for when usage is missing. */
  readonly outputSeen: number
  readonly modelServed: string | null
  /** What the answer was seen to hold, exactly, in units that are no tokens; absent until all of it has passed. */
  readonly counted?: TokenVector
  /** Whether the stream reached its proper end. */
  readonly complete: boolean
}

/** A model as callers see it. */
export type ListedModel = {
  readonly name: string
  readonly displayName: string
  readonly vendor: string
  readonly createdAtMs: number
  readonly endpoints: readonly Endpoint[]
}

/** What is left of a limit. */
export type Headroom = {
  readonly sort: 'requests' | 'tokens'
  readonly limit: number
  readonly remaining: number
  /** Until it is whole again. */
  readonly resetMs: number
  readonly nowMs: number
}

/** What clients of every format read. Cookies, the provider's organisation and its servers' names stay here. */
export const commonAnswerHeaders = ['content-type', 'retry-after', 'retry-after-ms'] as const

/** Server-sent events. */
export const eventStreamType = 'text/event-stream'

export type Format = {
  readonly name: string
  parse(operation: Operation, body: unknown, addressed: Addressed): ParsedRequest | ParseProblem
  /** The body to forward. */
  rewrite(body: unknown, bytes: Buffer, changes: BodyChanges, operation: Operation): Buffer
  /** True when the raw bytes may not mean the same to every JSON parser (repeated or escaped deciding fields). */
  isAmbiguous(bytes: Buffer, operation: Operation): boolean
  refusalBody(refusal: PublicRefusal): string
  /** What of a refusal stands in its head, names and values in turn. */
  refusalHeaders?(refusal: PublicRefusal): string[]
  /** An error event for a stream whose head has been sent. */
  streamError(refusal: PublicRefusal, operation: Operation): string | Buffer
  /** The content type of its streams. */
  readonly streamType: string
  /** `headers`: of the provider's answer, for wires that tell usage there. */
  readAnswer(operation: Operation, stream: boolean, stripUsage: boolean, headers?: AnswerHeaders): AnswerReader
  /** A rate limit and what is left of it, in headers that the caller's clients know. Names and values in turn. */
  limitHeaders(headroom: Headroom): string[]
  /** GET …/models, and one of them. */
  modelList(models: readonly ListedModel[]): string
  modelPage(model: ListedModel): string
  /** Headers of a provider's answer that go on to the caller. */
  readonly answerHeaders: readonly string[]
  /** Where clients look for the id of a call; null where they do not. The provider's own goes before ours. */
  readonly idHeader: string | null
}
