/**
 * What a provider's wire format is to the simulator. A wire knows paths, requests, bodies and events, and does
 * no I/O; steering, pacing, faults and the journal are the core's and the same for every wire.
 */
import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'

export type Wire = {
  readonly provider: string
  /** Without a trailing slash. */
  readonly basePath: string
  /** `path` begins after the base path and has no query. */
  readonly route: (method: string, path: string) => Route
  readonly errorBody: (status: number, message: string) => string
}

export type Route =
  /** Catalogue pages and unknown addresses. */
  | { readonly kind: 'page'; readonly status: number; readonly body: string }
  /** Something that generates and is billed: it goes into the journal. */
  | { readonly kind: 'call'; readonly read: ReadCall }

/** Reads the parsed JSON body of a call. */
export type ReadCall = (request: unknown) => CallRead

export type CallRead =
  | { readonly kind: 'invalid'; readonly model: string | null; readonly body: string }
  | { readonly kind: 'answer'; readonly answer: Answer }

export type Answer = {
  readonly model: string
  readonly steering: Steering
  readonly generation: Generation
  /** The answer in one piece. */
  readonly body: (identity: CallIdentity) => string
  /** The answer as server-sent events, when the caller asked for a stream. */
  readonly script: ((identity: CallIdentity) => StreamScript) | null
}

/** What makes two answers to the same request differ. */
export type CallIdentity = { readonly id: string; readonly createdSeconds: number }

export type StreamScript = {
  /** What comes before the output. */
  readonly open: string
  /** One event a choice, with the visible tokens `from` (inclusive) to `to` (exclusive). */
  readonly events: (from: number, to: number) => string
  readonly close: string
}
