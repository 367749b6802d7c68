/**
 * One operation of the management API, said once: what it takes, who may ask, what it answers. The same definition
 * validates, authorises and produces the OpenAPI document, so the three cannot disagree.
 */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import type { Action } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

type OutputOf<Schema extends z.ZodType | undefined> = Schema extends z.ZodType ? z.output<Schema> : undefined

export type EndpointInput<
  Params extends z.ZodType | undefined = z.ZodType | undefined,
  Query extends z.ZodType | undefined = z.ZodType | undefined,
  Body extends z.ZodType | undefined = z.ZodType | undefined,
> = {
  readonly context: Context
  readonly actor: Actor
  /** Without a `params` schema: the decoded segments, each 1 to 200 characters. */
  readonly params: Params extends z.ZodType ? z.output<Params> : Readonly<Record<string, string>>
  readonly query: OutputOf<Query>
  readonly body: OutputOf<Body>
}

/** What an endpoint answers when it is not plainly `response` with `status`. Made by `reply`. */
export class Reply {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** An answer with a status of its own, such as 202; the status must be one of the endpoint's `answers`. */
export function reply(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Reply {
  return new Reply(status, body, headers)
}

export type CsvValue = string | number | bigint | null

/** A table for `Accept: text/csv`. Values that a spreadsheet would run as a formula are made harmless on the way out. */
export type CsvTable = {
  /** Without `.csv`. */
  readonly fileName: string
  readonly columns: readonly string[]
  readonly rows: Iterable<readonly CsvValue[]> | AsyncIterable<readonly CsvValue[]>
}

export type EndpointDefinition<
  Params extends z.ZodType | undefined,
  Query extends z.ZodType | undefined,
  Body extends z.ZodType | undefined,
  Response extends z.ZodType,
> = {
  readonly method: Method
  /** Below /api/v1, with braces: `/keys/{id}/rotate`. */
  readonly path: `/${string}`
  readonly summary: string
  readonly description?: string
  readonly tag: string
  /**
   * What the caller must be allowed on at least one target; otherwise 403 before anything is read. The use case still
   * asks `may` for the target at hand and answers 404 where it is not the caller's to see.
   */
  readonly action: Action
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** The answer. Fields that it does not name never leave, whatever the handler returns. */
  readonly response: Response
  /** 200 unless said; 204 answers no body. */
  readonly status?: number
  /** Further statuses that `handle` may answer with `reply`. */
  readonly answers?: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>
  /** Offered at `Accept: text/csv`; called instead of `handle`. */
  readonly csv?: (input: EndpointInput<Params, Query, Body>) => Promise<CsvTable> | CsvTable
  readonly handle: (
    input: EndpointInput<Params, Query, Body>,
  ) => Promise<z.input<Response> | Reply> | z.input<Response> | Reply
}

/** A definition whose types have been checked and are no longer needed. */
export type Endpoint = Omit<
  EndpointDefinition<undefined, undefined, undefined, z.ZodType>,
  'params' | 'query' | 'body' | 'handle' | 'csv'
> & {
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly csv?: (input: EndpointInput) => Promise<CsvTable> | CsvTable
  readonly handle: (input: EndpointInput) => Promise<unknown>
}

export function defineEndpoint<
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
  Response extends z.ZodType = z.ZodType,
>(definition: EndpointDefinition<Params, Query, Body, Response>): Endpoint {
  const { params, query, body, csv, handle, ...rest } = definition
  type Input = EndpointInput<Params, Query, Body>
  return {
    ...rest,
    ...(params ? { params } : {}),
    ...(query ? { query } : {}),
    ...(body ? { body } : {}),
    // The input was made by the very schemas above: lib/management/serve.ts is the only caller.
    ...(csv ? { csv: (input: EndpointInput) => csv(input as unknown as Input) } : {}),
    handle: async (input) => handle(input as unknown as Input),
  }
}
