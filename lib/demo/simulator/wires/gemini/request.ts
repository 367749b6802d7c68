/**
 * Reading untrusted fields of a request as Google's JSON mapping of protocol buffers does: every name may come
 * in camel or in snake case, a name that is not a field is refused, `null` is a missing field, whole numbers
 * may come as text, and a list of one may come without its brackets.
 */
import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import type { CallRead } from '#lib/demo/simulator/wire.ts'
import { errorBody } from '#lib/demo/simulator/wires/gemini/errors.ts'

/** Names are in camel case, however they came. */
export type Fields = Members

/** The known fields of a message, by both spellings. */
export type FieldNames = ReadonlyMap<string, string>

/** Thrown and caught within this wire: the request is refused with it. */
export class InvalidArgument extends Error {}

/** Runs a reader; what it finds wrong becomes Google's answer to the caller. */
export function readRequest(model: string, read: () => CallRead): CallRead {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InvalidArgument)) throw error
    return { kind: 'invalid', model, body: errorBody(400, error.message) }
  }
}

export function fieldNames(...names: readonly string[]): FieldNames {
  return new Map(names.flatMap((name) => [[name, name] as const, [snakeCase(name), name] as const]))
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
}

/** `at` is where the value stands in the request, `''` at its root. A message in camel case is not copied. */
export function readFields(value: unknown, at: string, names: FieldNames): Fields {
  if (!isObject(value)) throw new InvalidArgument(`${at || 'The request'} must be an object.`)
  let isCamelCase = true
  for (const key of Object.keys(value)) {
    const name = names.get(key)
    if (name === undefined) {
      throw new InvalidArgument(`${at || 'The request'} has no field "${key}": the name is not known there.`)
    }
    if (name !== key) isCamelCase = false
  }
  if (isCamelCase) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [names.get(key), member]))
}

/** A missing message is one without fields. */
export function readMessage(fields: Fields, name: string, at: string, names: FieldNames): Fields {
  return readFields(fields[name] ?? {}, within(at, name), names)
}

export function readList(fields: Fields, name: string, at: string): readonly unknown[] {
  const value = fields[name] ?? []
  if (Array.isArray(value)) return value
  if (isObject(value)) return [value]
  throw new InvalidArgument(`${within(at, name)} must be a list.`)
}

export function readInteger(
  fields: Fields,
  name: string,
  at: string,
  [least, most]: readonly [number, number],
): number | null {
  const value = fields[name] ?? null
  if (value === null) return null
  const number = typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) return number
  throw new InvalidArgument(`${within(at, name)} must be a whole number from ${least} to ${most}.`)
}

const WHOLE_NUMBER = /^-?\d{1,10}$/

export function readFlag(fields: Fields, name: string, at: string): boolean {
  const value = fields[name] ?? false
  if (typeof value === 'boolean') return value
  throw new InvalidArgument(`${within(at, name)} must be true or false.`)
}

export function readText(fields: Fields, name: string, at: string): string | null {
  const value = fields[name] ?? null
  if (value === null || typeof value === 'string') return value
  throw new InvalidArgument(`${within(at, name)} must be a text.`)
}

export function readRequiredText(fields: Fields, name: string, at: string): string {
  const text = readText(fields, name, at)
  if (text) return text
  throw new InvalidArgument(`${within(at, name)} is missing.`)
}

export function readTexts(fields: Fields, name: string, at: string): readonly string[] {
  const value = fields[name] ?? []
  if (Array.isArray(value) && value.every((text) => typeof text === 'string')) return value
  throw new InvalidArgument(`${within(at, name)} must be a list of texts.`)
}

export function readChoice<Choice extends string>(
  fields: Fields,
  name: string,
  at: string,
  choices: readonly Choice[],
): Choice | null {
  const value = fields[name] ?? null
  if (value === null) return null
  const choice = choices.find((known) => known === value)
  if (choice !== undefined) return choice
  throw new InvalidArgument(`${within(at, name)} must be one of ${choices.join(', ')}.`)
}

export function within(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`
}
