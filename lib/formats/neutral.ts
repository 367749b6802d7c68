/**
 * The neutral exchange: a conversation with a model in no wire's own terms. A call whose provider speaks another wire than
 * its caller is read into it and written out of it, request and answer alike. Calls whose wires are the same never come
 * here: their bytes go on as they are.
 *
 * Nothing is lost silently. What the neutral exchange or the provider's wire has no place for is refused by name
 * (`NotCarried`); what changes nothing in the answer (hints for caches, whom the call is for) may be left out, and the
 * caller is told so by a header.
 */
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { Addressed } from '#lib/formats/contract.ts'

// ── The request ──────────────────────────────────────────────────────────────────────────────────

/** Where something stood in the caller's body, in the caller's terms, such as `messages.3.content.0`. */
type Placed = { readonly at: string }

/** For how long the provider may keep the prompt up to here in its cache. A hint. */
export type CacheFor = '5m' | '1h'

export type Source =
  | { readonly kind: 'bytes'; readonly mediaType: string; readonly base64: string }
  | { readonly kind: 'url'; readonly url: string }
  /** A file that was handed to the provider before: its id means nothing elsewhere. */
  | { readonly kind: 'file'; readonly id: string }

export type TextPart = Placed & { readonly kind: 'text'; readonly text: string; readonly cache?: CacheFor }

export type MediaPart = Placed & {
  readonly kind: 'image' | 'document'
  readonly source: Source
  /** A document's name, where it has one. */
  readonly name?: string
  readonly detail?: 'low' | 'high' | 'auto'
  readonly cache?: CacheFor
}

export type ToolResultPart = Placed & {
  readonly kind: 'tool result'
  /** Of the call that it answers. */
  readonly id: string
  /** The tool's name: where the caller's wire leaves it out, that of the call with this id. */
  readonly name: string | null
  readonly content: readonly (TextPart | MediaPart)[]
  readonly failed: boolean
  readonly cache?: CacheFor
}

/** What the model said or did; also what a caller hands back of it in the next request. */
export type AnswerPart =
  | { readonly kind: 'text'; readonly text: string }
  /** What the model thought, as far as it shows it. The signature lets its provider trust what is handed back. */
  | { readonly kind: 'thinking'; readonly text: string; readonly signature: string | null }
  /** Thoughts that only their provider can read. */
  | { readonly kind: 'hidden thinking'; readonly data: string }
  | {
      readonly kind: 'tool call'
      readonly id: string
      readonly name: string
      /** JSON text of an object; as the model wrote it, so possibly torn where the output maximum cut it. */
      readonly arguments: string
      /** Gemini signs the thought that led to the call on the call itself. */
      readonly signature?: string | null
    }
  /** The model declined to answer, and says so. */
  | { readonly kind: 'refusal'; readonly text: string }

/** Instructions in the midst of the conversation: they hold from there on. */
type InstructionTurn = Placed & { readonly role: 'system'; readonly parts: readonly TextPart[] }

/** What user and assistant say. */
export type SpokenTurn =
  | { readonly role: 'user'; readonly parts: readonly (TextPart | MediaPart | ToolResultPart)[] }
  | { readonly role: 'assistant'; readonly parts: readonly (AnswerPart & Placed & { readonly cache?: CacheFor })[] }

export type Turn = SpokenTurn | InstructionTurn

export type Tool = Placed & {
  readonly name: string
  readonly description: string | null
  /** JSON Schema of the arguments; null for a tool that takes none. */
  readonly schema: Readonly<Record<string, unknown>> | null
  /** Whether the arguments must keep to the schema to the letter. */
  readonly strict: boolean | null
  readonly cache?: CacheFor
}

export type ToolChoice = { readonly kind: 'auto' | 'none' | 'any' } | { readonly kind: 'tool'; readonly name: string }

export type OutputForm =
  | { readonly kind: 'text' }
  /** Any JSON object. */
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema'
      readonly name: string
      readonly description: string | null
      readonly schema: Readonly<Record<string, unknown>>
      readonly strict: boolean | null
    }

/** Anthropic's and OpenAI's levels together. */
export type Effort = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

export type Reasoning =
  | { readonly kind: 'off' }
  /** As much as the model finds right. */
  | { readonly kind: 'adaptive' }
  | { readonly kind: 'effort'; readonly effort: Effort }
  | { readonly kind: 'budget'; readonly tokens: number }

/** What a request may ask for beside its conversation. Absent: the provider's default. */
export type Settings = {
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly outputMaximum?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly stop?: readonly string[]
  readonly output?: OutputForm
  readonly reasoning?: Reasoning
  /** Whether thoughts are to be shown, in short or in full. */
  readonly showThinking?: boolean
  /** Whom the call is for, in the caller's own terms. A hint. */
  readonly endUser?: string
}
export type SettingName = keyof Settings

export type NeutralRequest = Settings & {
  readonly stream: boolean
  /** Instructions that stand before the conversation. */
  readonly system: readonly TextPart[]
  /** By turns: no two of the same role follow each other (`joinTurns`). */
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  /** What the caller calls the settings that it has set, such as `max_completion_tokens`; for refusals. */
  readonly named: Readonly<Partial<Record<SettingName, string>>>
  /** Hints that the neutral exchange has no place for, in the caller's terms: they are left out, and named. */
  readonly leftOut: readonly string[]
}

/** A field that has no place on the other side. Thrown by readers and writers, caught in lib/formats/translation.ts. */
export class NotCarried extends Error {
  /** In the caller's terms. */
  readonly param: string

  /** `why` completes "…, since <why>." and may be left out. */
  constructor(param: string, why?: string) {
    super(`${param} cannot be carried to the provider of this model${why ? `, since ${why}` : ''}.`)
    this.param = param
  }
}

/** The setting is refused under the name that the caller gave it. */
export function settingNotCarried(request: NeutralRequest, name: SettingName, why?: string): NotCarried {
  return new NotCarried(request.named[name] ?? name, why)
}

/** Turns of one role that follow each other become one. */
export function joinTurns<Kind extends Turn>(turns: readonly Kind[]): Kind[] {
  const joined: Kind[] = []
  for (const turn of turns) {
    const last = joined.at(-1)
    if (last?.role === turn.role) {
      joined[joined.length - 1] = { ...last, parts: [...last.parts, ...turn.parts] }
    } else joined.push(turn)
  }
  return joined
}

/**
 * For wires that have instructions before the conversation only: those in its midst go there too, and `leftOut` takes
 * where they stood.
 */
export function instructionsFirst(
  { system, turns }: Pick<NeutralRequest, 'system' | 'turns'>,
  leftOut: string[],
): { readonly system: readonly TextPart[]; readonly turns: readonly SpokenTurn[] } {
  const first = [...system]
  const spoken: SpokenTurn[] = []
  for (const turn of turns) {
    if (turn.role !== 'system') spoken.push(turn)
    else {
      first.push(...turn.parts)
      leftOut.push(`${turn.at}.role`)
    }
  }
  return { system: first, turns: joinTurns(spoken) }
}

// ── The answer ───────────────────────────────────────────────────────────────────────────────────

export type Finish =
  | 'stop'
  /** One of the caller's stop sequences came. */
  | 'stop sequence'
  | 'length'
  | 'tool calls'
  /** The provider's filter or the model itself ended it. */
  | 'refusal'

export type NeutralAnswer = {
  readonly model: string | null
  readonly parts: readonly AnswerPart[]
  readonly finish: Finish
  readonly stopSequence: string | null
  readonly tokens: TokenVector | null
}

/**
 * A streamed answer, piece by piece. `start` comes first and once; `finish` after the last part; `usage` at any time after
 * `start`, the last one true; `end` last, and only when the provider's stream came to its proper end.
 */
export type AnswerEvent =
  | { readonly kind: 'start'; readonly model: string | null; readonly prompt: TokenVector | null }
  | { readonly kind: 'text' | 'refusal' | 'thinking'; readonly text: string }
  /** Ends the thought before it. */
  | { readonly kind: 'signature'; readonly signature: string }
  | { readonly kind: 'hidden thinking'; readonly data: string }
  /** Begins a call; `call` counts the answer's calls from 0. */
  | {
      readonly kind: 'tool call'
      readonly call: number
      readonly id: string
      readonly name: string
      readonly signature?: string | null
    }
  | { readonly kind: 'tool arguments'; readonly call: number; readonly json: string }
  | { readonly kind: 'finish'; readonly reason: Finish; readonly stopSequence: string | null }
  | { readonly kind: 'usage'; readonly tokens: TokenVector }
  | { readonly kind: 'error'; readonly error: ProviderError }
  | { readonly kind: 'end' }

/** What a provider said was wrong, in its own words. */
export type ProviderError = {
  readonly status: number
  readonly message: string
  readonly param: string | null
  /** The provider's own code or type, where it gives one. */
  readonly code: string | null
}

// ── The two sides of a wire ──────────────────────────────────────────────────────────────────────

/** Of the answer that is being written. */
export type AnswerContext = {
  /** The gateway's id of the call, `call_…`; the answer's own id derives from it. */
  readonly callId: string
  readonly createdMs: number
  readonly nowMs: () => number
  /** The upstream's name for the model; what the provider itself says goes before it. */
  readonly upstreamModel: string
  /** What the prompt probably counts, for wires that tell it before their provider has. */
  readonly promptTokensEstimate: number
  /** Whether the caller asked a stream for its usage; wires that always tell it need not ask. */
  readonly wantsUsage: boolean
  /** The caller's own request, for wires that repeat it in their answers. */
  readonly asked?: Readonly<Record<string, unknown>>
}

/** Writes one event as the caller's wire has it; nothing where the event has no counterpart. */
export type StreamEncoder = { write(event: AnswerEvent): string | Buffer }

/** How the bytes of a wire's streams are cut into events. */
export type Framing = (taker: EventTaker) => EventCutter
export type EventTaker = {
  /** The event's data as text, and its name where it has one. */
  event(data: string, name: string | undefined): void
  /** The stream holds something that cannot be read, or that is too long to be held. */
  unreadable(): void
}
export type EventCutter = { feed(chunk: Buffer): void; end(): void }

/** Reads one event: its data, and its name where it has one. */
export type StreamDecoder = { read(data: string, name: string | undefined): readonly AnswerEvent[] }

/** A wire as callers speak it. */
export type CallerSide = {
  /** The body has passed the format's `parse`. Throws NotCarried, also for fields that it does not know. */
  readRequest(body: Readonly<Record<string, unknown>>, addressed: Addressed): NeutralRequest
  writeAnswer(answer: NeutralAnswer, context: AnswerContext): string
  streamEncoder(context: AnswerContext): StreamEncoder
  /** An error in the caller's own shape, where the provider's words reach the caller. */
  writeError(error: ProviderError, context: AnswerContext): string
}

export type WriteTarget = {
  readonly model: string
  /** The most output, in tokens, where the caller or a hard budget sets one; else null. */
  readonly outputMaximum: number | null
  /** The most that admission counted on: for wires that demand a maximum. */
  readonly outputAllowed: number
}

export type WrittenRequest = {
  readonly body: Readonly<Record<string, unknown>>
  /** Hints that found no place, in the caller's terms. */
  readonly leftOut: readonly string[]
}

/** A wire as providers speak it. */
export type ProviderSide = {
  /** Throws NotCarried. */
  writeRequest(request: NeutralRequest, target: WriteTarget): WrittenRequest
  /** Null where the body is no answer of this wire. */
  readAnswer(body: unknown): NeutralAnswer | null
  readonly framing: Framing
  streamDecoder(): StreamDecoder
  readError(status: number, body: unknown): ProviderError
}
