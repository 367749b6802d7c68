/** Bedrock's errors, read and written. */
import { isObject } from '#lib/formats/anthropic/messages/fields.ts'
import { exceptionOfStatus, streamedExceptionOf } from '#lib/formats/bedrock/errors.ts'
import { writeFrame } from '#lib/formats/bedrock/frames.ts'
import type { ProviderError } from '#lib/formats/neutral.ts'

/** The name goes into the body: the head is written before the provider's words are read. */
export function writeError({ status, message }: ProviderError): string {
  return JSON.stringify({ __type: exceptionOfStatus(status), message })
}

/** As Bedrock sends it inside a stream. */
export function streamedException({ status, message }: ProviderError): Buffer {
  return writeFrame('exception', streamedExceptionOf(status), { message })
}

export function readError(status: number, body: unknown): ProviderError {
  const fields = isObject(body) ? body : {}
  // Services of AWS's spell it either way.
  const message = fields.message ?? fields.Message
  return {
    status,
    message: typeof message === 'string' ? message : `The provider answered with status ${status}.`,
    param: null,
    code: typeof fields.__type === 'string' ? fields.__type : null,
  }
}

const statuses: Readonly<Record<string, number>> = {
  validationException: 400,
  throttlingException: 429,
  serviceUnavailableException: 503,
  modelTimeoutException: 504,
  modelStreamErrorException: 502,
}

/** The stream began with 200, so the exception's name tells the status. */
export function readStreamedException(name: string, body: unknown): ProviderError {
  return { ...readError(statuses[name] ?? 500, body), code: name }
}
