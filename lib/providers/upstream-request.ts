/**
 * What every kind of provider makes of a call: an address and headers. Headers are built from an allow-list: what a caller
 * sends beside it (its key, cookies, forwarding headers) never goes on.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { BodyFields, Operation } from '#lib/formats/contract.ts'

export type UpstreamRequest = {
  readonly origin: string
  readonly path: string
  readonly headers: Record<string, string>
}

export type RequestFacts = {
  readonly baseUrl: string
  readonly operation: Operation
  readonly upstreamModel: string
  readonly stream: boolean
  readonly credential: string | null
  readonly caller: IncomingHttpHeaders
  /** The caller's, undecoded and without its question mark; null where the call comes from another wire. */
  readonly query: string | null
  /** As it will be sent, and when: some providers want both signed. */
  readonly body: Buffer
  readonly nowMs: number
}

/** A kind of provider. */
export type Provider = {
  /** What it can be asked as it is; conversations first, the one that carries most before the others. */
  readonly operations: readonly Operation[]
  readonly request: (facts: RequestFacts) => UpstreamRequest | Promise<UpstreamRequest>
  /** What it wants to stand in the body otherwise, whoever wrote it; undefined: not at all. `caller`: the headers of a caller of the same wire. */
  readonly bodyFields?: (
    body: BodyFields,
    operation: Operation,
    upstreamModel: string,
    caller: IncomingHttpHeaders,
  ) => BodyFields
}

/** What the body is, where it is not JSON: the caller's own words, for they name the boundary of the form. */
export function typeOfBody(operation: Operation, caller: IncomingHttpHeaders): string {
  const type = caller['content-type']
  return operation === 'transcriptions' && type !== undefined ? type : 'application/json'
}

/** What goes with every call, and those of the caller's headers that are named. */
export function forwardedHeaders(caller: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: typeof caller.accept === 'string' ? caller.accept : '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'gatehouse',
  }
  for (const name of names) {
    const value = caller[name]
    if (typeof value === 'string') headers[name] = value
  }
  return headers
}

type Base = {
  readonly origin: string
  readonly basePath: string
  /** Without its question mark. */
  readonly query: string
}

const bases = new Map<string, Base>()

/** Base URLs are an administrator's, so there are few. */
export function baseOf(baseUrl: string): Base {
  let base = bases.get(baseUrl)
  if (!base) {
    const url = new URL(baseUrl)
    base = { origin: url.origin, basePath: url.pathname.replace(/\/$/, ''), query: url.search.slice(1) }
    bases.set(baseUrl, base)
  }
  return base
}
