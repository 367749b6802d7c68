/**
 * What a call becomes on the wire of a target, and what the target's answer becomes on the caller's: the same bytes where
 * the wires are the same, a translation where they are not.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type {
  AnswerHeaders,
  AnswerReader,
  BodyChanges,
  BodyFields,
  ParsedRequest,
  ParseProblem,
} from '#lib/formats/contract.ts'
import { formatOf } from '#lib/formats/formats.ts'
import { NotCarried, type AnswerContext, type WriteTarget } from '#lib/formats/neutral.ts'
import { translateAnswer, translateError, translateStream, type Translation } from '#lib/formats/translation.ts'
import type { CallRoute } from '#lib/gateway/routes.ts'
import { bodyFieldsFor } from '#lib/providers/providers.ts'
import type { RouteTarget } from '#lib/routing/order-targets.ts'

export type CarriedCall = {
  readonly body: Buffer
  /** Hints of the caller's that found no place on the target's wire. */
  readonly leftOut: readonly string[]
  /** Takes a good answer's bytes and gives those for the caller. `headers`: the provider's, some of which tell usage. */
  reader(streamed: boolean, headers?: AnswerHeaders): AnswerReader
  /** Where the wires differ, what comes in one piece is gathered and written anew; null where bytes pass. */
  readonly anew: AnewWriter | null
}

export type AnewWriter = {
  /** Null where the body is no answer of the provider's wire. */
  answer(body: Buffer): string | null
  error(status: number, body: Buffer): string
}

export type Carrying = {
  readonly route: CallRoute
  readonly request: ParsedRequest
  readonly callerHeaders: IncomingHttpHeaders
  readonly body: unknown
  readonly bytes: Buffer
  readonly changes: BodyChanges
  /** The most output that admission counted on. */
  readonly outputAllowed: number
  readonly translation: Translation
  readonly callId: string
  readonly createdMs: number
  readonly nowMs: () => number
  /** An event of the caller's wire that says that the answer broke off. */
  readonly brokenOff: () => string | Buffer
}

/** Throws Uncarried; RangeError for a body that is nested too deeply to be written. */
export function carryCall(c: Carrying, target: RouteTarget): CarriedCall {
  return target.operation === c.route.operation ? passThrough(c, target) : translated(c, target)
}

function passThrough(c: Carrying, { deployment }: RouteTarget): CarriedCall {
  const { format, operation, stream } = c.route
  const { provider, upstreamModel } = deployment
  const fields = bodyFieldsFor(provider, operation, upstreamModel, c.body as BodyFields, c.callerHeaders)
  const changes: BodyChanges = {
    ...c.changes,
    model: upstreamModel,
    ...(stream ? { stream } : {}),
    ...(fields ? { fields } : {}),
  }
  return {
    body: rewritten(c, changes),
    leftOut: [],
    reader: (streamed, headers) =>
      format.readAnswer(operation, streamed, c.request.stream && !c.request.wantsStreamUsage, headers),
    anew: null,
  }
}

function rewritten({ route: { format, operation }, body, bytes }: Carrying, changes: BodyChanges): Buffer {
  try {
    return format.rewrite(body, bytes, changes, operation)
  } catch (error) {
    if (error instanceof NotCarried) throw new Uncarried({ problem: error.message, param: error.param })
    throw error
  }
}

function translated(c: Carrying, { deployment, operation: spoken }: RouteTarget): CarriedCall {
  const asked = c.route.operation
  const written = c.translation.write(spoken, writeTarget(c, deployment.upstreamModel))
  if ('problem' in written) throw new Uncarried(written)
  const fields = bodyFieldsFor(deployment.provider, spoken, deployment.upstreamModel, written.body)
  const context: AnswerContext = {
    callId: c.callId,
    createdMs: c.createdMs,
    nowMs: c.nowMs,
    upstreamModel: deployment.upstreamModel,
    promptTokensEstimate: c.request.promptTokensEstimate,
    wantsUsage: c.request.wantsStreamUsage,
    asked: c.body as Record<string, unknown>,
  }
  return {
    body: Buffer.from(JSON.stringify({ ...written.body, ...fields })),
    leftOut: written.leftOut,
    reader(streamed, headers) {
      const reader = formatOf(spoken).readAnswer(spoken, streamed, false, headers)
      return streamed ? translateStream(reader, asked, spoken, context, c.brokenOff) : reader
    },
    anew: {
      answer: (body) => translateAnswer(asked, spoken, body, context),
      error: (status, body) => translateError(asked, spoken, status, body, context),
    },
  }
}

function writeTarget({ changes, request, outputAllowed }: Carrying, model: string): WriteTarget {
  return { model, outputMaximum: changes.outputMaximum ?? request.outputMaximum, outputAllowed }
}

/** A call that planning took for one that can be carried, before admission clamped its output. */
export class Uncarried extends Error {
  readonly problem: ParseProblem

  constructor(problem: ParseProblem) {
    super(problem.problem)
    this.problem = problem
  }
}

/**
 * Whether a target that speaks another wire has a place for all of the request; and what its prompt may count there beyond
 * its bytes, for a picture is dearer at one provider than at another.
 */
export function fitOf(
  translation: Translation,
  { operation, deployment }: Pick<RouteTarget, 'operation' | 'deployment'>,
  request: ParsedRequest,
  outputAllowed: number,
): { readonly tokensBeyondBytes: number } | ParseProblem {
  const model = deployment.upstreamModel
  const written = translation.write(operation, { model, outputMaximum: request.outputMaximum, outputAllowed })
  if ('problem' in written) return written
  const parsed = formatOf(operation).parse(operation, written.body, { model, stream: request.stream })
  return 'problem' in parsed ? parsed : { tokensBeyondBytes: parsed.tokensBeyondBytes }
}
