/** Params, query and body of a request, bounded and validated. Each refusal says which field and what would be right. */
import type * as z from 'zod'
import { fieldErrors } from '#lib/management/problem.ts'
import { isStorable, parseJsonText } from '#lib/management/rules/json-text.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'

export const maxBodyBytes = 1_000_000

/** A param that does not fit its schema names nothing that exists. */
export function readParams(schema: z.ZodType | undefined, params: Readonly<Record<string, string>>): unknown {
  if (!schema) return params
  const parsed = schema.safeParse(params)
  if (!parsed.success) throw notFound('resource')
  return parsed.data
}

export function readQuery(schema: z.ZodType | undefined, search: URLSearchParams): unknown {
  if (!schema) return undefined
  return valid(schema, queryObject(search), 'Some query parameters are not valid.')
}

/** The bytes of the body, at most `maxBodyBytes`; longer bodies are refused without being read to their end. */
export async function readBytes(request: Request): Promise<Buffer> {
  const announced = Number(request.headers.get('content-length') ?? '0')
  if (announced > maxBodyBytes) throw tooLarge()
  if (!request.body) {
    if (announced > 0) throw endedEarly()
    return Buffer.alloc(0)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > maxBodyBytes) {
      await reader.cancel()
      throw tooLarge()
    }
    chunks.push(value)
  }
  // A caller who has gone away may leave an empty body behind, without an error: read as "no input", it would do the whole
  // action where only a dry run was asked for.
  if (size < announced) throw endedEarly()
  return Buffer.concat(chunks)
}

/** No body at all reads as `{}`, so that actions without input need none. */
export function readBody(schema: z.ZodType | undefined, request: Request, bytes: Buffer): unknown {
  if (!schema) return undefined
  if (bytes.length > 0 && !isJson(request.headers.get('content-type'))) {
    throw new AppError('unsupported_media_type', 'Send the body as application/json.')
  }
  return valid(schema, bytes.length === 0 ? {} : parseJsonText(utf8(bytes)), 'Some fields are not valid.')
}

export function isJson(contentType: string | null): boolean {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';')
  if (!/^application\/([\w.-]+\+)?json$/.test(type.trim())) return false
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))
  return charset === undefined || /^charset="?utf-?8"?$/.test(charset.trim())
}

function valid(schema: z.ZodType, value: unknown, message: string): unknown {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new AppError('validation_failed', message, { errors: fieldErrors(parsed.error) })
  return parsed.data
}

/** `filter[status]=a,b` becomes `{ filter: { status: ['a', 'b'] } }`; repeated filters add up, other repeats are refused. */
function queryObject(search: URLSearchParams): Record<string, unknown> {
  const plain = new Map<string, string>()
  const filter = new Map<string, string[]>()
  for (const [name, value] of search) {
    if (!isStorable(name) || !isStorable(value)) throw new AppError('invalid_request', 'A query parameter holds a NUL.')
    const field = /^filter\[([^\]]*)\]$/.exec(name)?.[1]
    if (field !== undefined) {
      const values = value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
      filter.set(field, [...(filter.get(field) ?? []), ...values])
    } else if (plain.has(name)) {
      const error = { field: name.slice(0, 200), message: 'Give this parameter once.' }
      throw new AppError('validation_failed', 'A query parameter is given twice.', { errors: [error] })
    } else {
      plain.set(name, value)
    }
  }
  return { ...Object.fromEntries(plain), ...(filter.size > 0 ? { filter: Object.fromEntries(filter) } : {}) }
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new AppError('invalid_request', 'The body is not valid UTF-8.')
  }
}

function endedEarly(): AppError {
  return new AppError('invalid_request', 'The body ended before its announced length.')
}

function tooLarge(): AppError {
  return new AppError('request_too_large', `The body is larger than ${maxBodyBytes} bytes.`)
}
