/** Reading untrusted members of a request. A missing member and `null` are the same, as they are to OpenAI. */
import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import type { CallRead } from '#lib/demo/simulator/wire.ts'
import { errorBody, type OpenAiError } from '#lib/demo/simulator/wires/openai/errors.ts'

/** Thrown and caught within one wire: the request is refused with it. */
export class InvalidRequest extends Error {
  readonly error: OpenAiError

  constructor(error: OpenAiError) {
    super(error.message)
    this.error = error
  }
}

/** Runs a reader; what it finds wrong becomes OpenAI's answer to the caller. */
export function readRequest(request: unknown, read: (members: Members) => CallRead): CallRead {
  try {
    if (!isObject(request)) throw new InvalidRequest({ message: 'The body of your request must be a JSON object.' })
    return read(request)
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error
    const model = isObject(request) && typeof request.model === 'string' ? request.model : null
    return { kind: 'invalid', model, body: errorBody(400, error.error) }
  }
}

export function readModel({ model }: Members): string {
  if (typeof model === 'string' && model !== '') return model
  throw new InvalidRequest({ message: 'you must provide a model parameter', param: 'model' })
}

export function readInteger(members: Members, param: string, [least, most]: readonly [number, number]): number | null {
  const value = members[param] ?? null
  if (value === null) return null
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw new InvalidRequest({
    message: `Invalid '${param}': expected an integer from ${least} to ${most}.`,
    param,
    code: typeof value === 'number' ? 'integer_out_of_range' : 'invalid_type',
  })
}

export function readFlag(members: Members, param: string): boolean {
  const value = members[param] ?? false
  if (typeof value === 'boolean') return value
  throw new InvalidRequest({ message: `Invalid type for '${param}': expected a boolean.`, param, code: 'invalid_type' })
}

/** Whether a stream is to tell its usage. */
export function readIncludeUsage({ stream_options: options }: Members, isStream: boolean): boolean {
  if (options == null) return false
  if (!isStream || !isObject(options)) {
    throw new InvalidRequest({
      message: "The 'stream_options' parameter is only allowed when 'stream' is enabled, and must be an object.",
      param: 'stream_options',
    })
  }
  return readFlag(options, 'include_usage')
}
