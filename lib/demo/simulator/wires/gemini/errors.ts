/** Google's error envelope, with the name that it gives to the status. */
export function errorBody(status: number, message: string): string {
  const name = NAMES[status] ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT')
  return JSON.stringify({ error: { code: status, message, status: name } })
}

const NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}
