/**
 * What a provider's wire format is to the simulator. A wire knows paths, requests, bodies and events, and does
 * no I/O; steering, pacing, faults and the journal are the core's and the same for every wire.
 */
import type { MediaUsage } from '#lib/demo/simulator/journal.ts'
import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'

export type Wire = {
  readonly provider: string
  /** Without a trailing slash. */
  readonly basePath: string
  /** `path` begins after the base path; `query` is what follows its question mark, undecoded, or `''`. */
  readonly route: (method: string, path: string, query: string) => Route
  /** `id` is the simulator's for the answer; providers that name the answer in their errors need it. */
  readonly errorBody: (status: number, message: string, id: string) => string
  /** The header that names every answer, as the provider calls it. */
  readonly idHeader: (id: string) => readonly [name: string, value: string]
  /** What else stands in the head of every answered call, names and values in turn. */
  readonly headers?: readonly string[]
  /** The same for a refusal with this status. */
  readonly errorHeaders?: (status: number) => readonly string[]
}

export type Route =
  /** Catalogue pages and unknown addresses. */
  | { readonly kind: 'page'; readonly status: number; readonly body: (id: string) => string }
  /** A form that is sent and answered at once; no call. */
  | { readonly kind: 'form'; readonly answer: (form: URLSearchParams) => FormAnswer }
  /** Something that callers steer: it goes into the journal, with what it bills. */
  | {
      readonly kind: 'call'
      readonly read: ReadCall
      /** The body is a form with files in it, not JSON. */
      readonly isForm?: true
    }

export type FormAnswer = { readonly status: number; readonly body: string }

/** Reads the parsed body of a call; files of a form are buffers. `id` is for the body of a refusal. */
export type ReadCall = (request: unknown, id: string) => CallRead

export type CallRead =
  | { readonly kind: 'invalid'; readonly model: string | null; readonly body: string }
  | { readonly kind: 'answer'; readonly answer: Answer }

export type Answer = {
  readonly model: string
  readonly steering: Steering
  readonly generation: Generation
  /** What is billed in other units than tokens of text. */
  readonly media?: MediaUsage
  /** What stands in the head of this answer in one piece, names and values in turn. */
  readonly headers?: readonly string[]
  /** The answer in one piece; bytes where it is no text, which no `garbage` touches. */
  readonly body: (identity: CallIdentity) => string | Buffer
  /** The content type of a body that is not JSON. */
  readonly bodyType?: string
  /** The answer as server-sent events, when the caller asked for a stream. */
  readonly script: ((identity: CallIdentity) => StreamScript) | null
  /** The content type of a script that is not server-sent events. */
  readonly scriptType?: string | undefined
  /** A script's whole events as the bytes to write, where these are not its text. */
  readonly encode?: (events: string) => Buffer
}

/** What makes two answers to the same request differ. */
export type CallIdentity = { readonly id: string; readonly createdSeconds: number }

export type StreamScript = {
  /** What comes before the output. */
  readonly open: string
  /** One event a choice, or one for all of them, with the visible tokens `from` (inclusive) to `to` (exclusive). */
  readonly events: (from: number, to: number) => string
  readonly close: string
}
