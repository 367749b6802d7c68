/** Bedrock's error body. What kind of error it is stands in a header. */
export function errorBody(_status: number, message: string): string {
  return JSON.stringify({ message })
}

/** The name of the error that Bedrock answers with such a status. */
export function exceptionOf(status: number): string {
  return EXCEPTIONS[status] ?? (status >= 500 ? 'InternalServerException' : 'ValidationException')
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  503: 'ServiceUnavailableException',
}
