/** Anthropic's error envelope, with the type that it uses for the status. */
export function errorBody(status: number, message: string, id: string): string {
  const type = TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
  return JSON.stringify({ type: 'error', error: { type, message }, request_id: requestId(id) })
}

/** An answer's name, in its header and in the body of an error. */
export function requestId(id: string): string {
  return `req_${id}`
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}
