/** Bedrock's error body, with our `gatehouse` member; what kind of error it is stands in a header, and in the body too. */
import { writeFrame } from '#lib/formats/bedrock/frames.ts'
import type { PublicRefusal } from '#lib/formats/contract.ts'

export function refusalBody(refusal: PublicRefusal): string {
  return JSON.stringify({ __type: exceptionOf(refusal), ...bodyOf(refusal) })
}

export function refusalHeaders(refusal: PublicRefusal): string[] {
  return ['x-amzn-errortype', exceptionOf(refusal)]
}

/** As Bedrock sends a failure inside a stream. */
export function streamError(refusal: PublicRefusal): Buffer {
  return writeFrame('exception', streamedExceptionOf(refusal.status), bodyOf(refusal))
}

function bodyOf({ message, gatehouse }: PublicRefusal): object {
  return { message, gatehouse }
}

function exceptionOf({ status, code }: PublicRefusal): string {
  // Not a rate: waiting does not help.
  return code === 'insufficient_quota' ? 'ServiceQuotaExceededException' : exceptionOfStatus(status)
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors */
export function exceptionOfStatus(status: number): string {
  return exceptions[status] ?? (status >= 500 ? 'InternalServerException' : 'ValidationException')
}

const exceptions: Readonly<Record<number, string>> = {
  401: 'AccessDeniedException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  502: 'ServiceUnavailableException',
  503: 'ServiceUnavailableException',
  504: 'ModelTimeoutException',
}

/** A stream knows fewer. */
export function streamedExceptionOf(status: number): string {
  if (status === 429) return 'throttlingException'
  if (status === 503) return 'serviceUnavailableException'
  if (status === 502 || status === 504 || status === 408 || status === 424) return 'modelStreamErrorException'
  return status >= 500 ? 'internalServerException' : 'validationException'
}
