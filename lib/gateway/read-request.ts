/** Reads and bounds a request: content type, size, JSON or a form once, and what the format must know of it. */
import { isAscii } from 'node:buffer'
import type { Addressed, ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { boundaryOf, readForm } from '#lib/formats/form-body.ts'
import { translationOf, type Translation } from '#lib/formats/translation.ts'
import type { Call } from '#lib/gateway/call.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import type { CallRoute } from '#lib/gateway/routes.ts'

/** OpenAI takes bodies of up to 50 MB with images in them; ours are the same. */
export const bodyLimitBytes = 50 * 1024 * 1024

export type ReadRequest =
  | {
      readonly kind: 'read'
      readonly bytes: Buffer
      readonly body: unknown
      readonly request: ParsedRequest
      /** What it becomes on other wires. */
      readonly translation: Translation
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Rejects only when the caller goes away while sending. */
export async function readRequest(call: Call, route: CallRoute, matched: Addressed): Promise<ReadRequest> {
  const type = call.headers['content-type']
  const boundary = route.form ? boundaryOf(type ?? '') : null
  if (route.form && boundary === null) {
    return refused(
      'unsupported_media_type',
      `Send the body as multipart/form-data, not ${type?.slice(0, 60) ?? 'untyped'}.`,
    )
  }
  // Some clients send no content type with JSON; another type than JSON is a mistake worth naming.
  if (!route.form && type !== undefined && !jsonType.test(type) && !isBlob(route, type)) {
    return refused('unsupported_media_type', `Send the body as application/json, not ${type.slice(0, 60)}.`)
  }
  const encoding = call.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    return refused('unsupported_media_type', 'Send the body without content-encoding.')
  }
  const declared = Number(call.headers['content-length'] ?? 0)
  const bytes = declared > bodyLimitBytes ? null : await call.body(bodyLimitBytes)
  if (bytes === null) {
    return refused(
      'request_too_large',
      `The body is larger than ${bodyLimitBytes / 1024 / 1024} MB. Send less, or refer to files by URL.`,
    )
  }
  const read = boundary === null ? readJson(bytes) : readForm(bytes, boundary, route.form!)
  if ('problem' in read) return refused('invalid_request_error', read.problem, read.param)
  const body = read.fields
  const addressed = matched.stream ? { ...matched, query: call.query } : matched
  const request = route.format.parse(route.operation, body, addressed)
  if ('problem' in request) return refused('invalid_request_error', request.problem, request.param)
  const translation = translationOf(route.operation, body, addressed)
  return { kind: 'read', bytes, body, request, translation }
}

function readJson(bytes: Buffer): { readonly fields: Readonly<Record<string, unknown>> } | ParseProblem {
  const body = parseJson(bytes)
  if (body === undefined) return { problem: 'The body is not valid JSON in UTF-8.', param: null }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { problem: 'The body must be a JSON object.', param: null }
  }
  return { fields: body as Record<string, unknown> }
}

const jsonType = /^application\/([\w.+-]*\+)?json\b/i

/** To AWS's clients the body of InvokeModel is bytes, unless their caller says what they are. */
function isBlob({ operation }: CallRoute, type: string): boolean {
  return operation === 'invoke' && type === 'application/octet-stream'
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** From here on it pays to look whether there is anything to decode. */
const longBytes = 64 * 1024

/** Throws where the bytes are no UTF-8. */
function textOf(bytes: Buffer): string {
  return bytes.length > longBytes && isAscii(bytes) ? bytes.toString('latin1') : utf8.decode(bytes)
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(textOf(bytes)) as unknown
  } catch {
    return undefined
  }
}

function refused(code: Refusal['code'], message: string, param: string | null = null): ReadRequest {
  return { kind: 'refused', refusal: { code, message, param } }
}
