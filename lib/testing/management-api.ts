/** Asks endpoints of the management API as any actor, without a server: validation, authorisation and answers are real. */
import type { Actor } from '#lib/identity/contract.ts'
import type { Endpoint, Method } from '#lib/management/endpoint.ts'
import { serve } from '#lib/management/serve.ts'
import type { Context } from '#lib/platform/context.ts'

export type ApiAnswer = {
  readonly status: number
  /** The parsed JSON; the text where it is none. */
  readonly body: Record<string, unknown>
}
export type Ask = (
  actor: Actor,
  method: Method,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<ApiAnswer>

export function apiOf(context: Context, endpoints: readonly Endpoint[]): Ask {
  return async (actor, method, path, body, headers = {}) => {
    const request = new Request(`http://127.0.0.1:3000/api/v1${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const response = await serve(endpoints, request, { context, callerOf: async () => ({ actor, via: 'token' }) })
    const text = await response.text()
    return {
      status: response.status,
      body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : { text },
    }
  }
}

/** Strings that have broken others: SQL, Lua, templates, control characters, bidi, oversize. */
export const nastyStrings: readonly string[] = [
  `'; DROP TABLE virtual_key; --`,
  `" OR 1=1 --`,
  `%' AND 1=(SELECT pg_sleep(5)) AND '%'='`,
  `redis.call('FLUSHALL')`,
  '${process.exit(1)}',
  '{{constructor.constructor("return 1")()}}',
  '=HYPERLINK("http://evil")',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '\u0000',
  '\ud800',
  '\u202egnp.exe',
  'x'.repeat(100_000),
  '__proto__',
]
