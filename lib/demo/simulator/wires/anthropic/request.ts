/**
 * Reading untrusted members of a request. A refusal begins with the path of the member that is wrong, and a
 * required member that is missing is another fault than one that is `null`.
 */
import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import type { CallRead } from '#lib/demo/simulator/wire.ts'
import { errorBody } from '#lib/demo/simulator/wires/anthropic/errors.ts'

/** Thrown and caught within one wire: the request is refused with its message. */
export class RefusedRequest extends Error {}

/** A member is wrong. */
export class InvalidRequest extends RefusedRequest {
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`)
  }
}

/** Runs a reader; what it finds wrong becomes Anthropic's answer to the caller. */
export function readRequest(request: unknown, id: string, read: (members: Members) => CallRead): CallRead {
  try {
    return read(requireObject(request, 'body'))
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error
    const model = isObject(request) && typeof request.model === 'string' ? request.model : null
    return { kind: 'invalid', model, body: errorBody(400, error.message, id) }
  }
}

export function readModel({ model }: Members): string {
  const name = requireText(model, 'model')
  if (name !== '') return name
  throw new InvalidRequest('model', 'Expected a text that is not empty')
}

export function readMaximum({ max_tokens: maximum }: Members): number {
  requirePresence(maximum, 'max_tokens')
  if (typeof maximum !== 'number' || !Number.isInteger(maximum)) {
    throw new InvalidRequest('max_tokens', 'Expected an integer')
  }
  if (maximum >= 1) return maximum
  throw new InvalidRequest('max_tokens', 'Expected 1 or more')
}

export function readFlag(members: Members, name: string): boolean {
  const value = members[name] ?? false
  if (typeof value === 'boolean') return value
  throw new InvalidRequest(name, 'Expected a boolean')
}

export function requireObject(value: unknown, path: string): Members {
  requirePresence(value, path)
  if (isObject(value)) return value
  throw new InvalidRequest(path, 'Expected an object')
}

export function requireText(value: unknown, path: string): string {
  requirePresence(value, path)
  if (typeof value === 'string') return value
  throw new InvalidRequest(path, 'Expected a text')
}

export function requirePresence(value: unknown, path: string): void {
  if (value === undefined) throw new InvalidRequest(path, 'Field required')
}
