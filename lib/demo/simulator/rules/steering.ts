/**
 * How a caller steers an answer: a last user message (or last embedding input) that begins with `@sim`.
 *
 * `@sim` is followed by space-separated `name=value` options, up to the first word that is not one; from
 * that word on everything is prompt text. A known name with a value out of range is not an option, so it is
 * prompt text too. When an option is given twice the last one counts.
 *
 *   in=<n>           prompt tokens of the call, exactly; without it they are computed from the text
 *   out=<n>          output tokens of each choice the model would like to give (default 16)
 *   ttft=<ms>        time before the first byte of the answer, of an error too (default 0)
 *   gap=<ms>         time between two events of a stream; a plain answer takes as long as its stream (default 0)
 *   chunk=<n>        tokens in one event (default 1)
 *   cached=<n>       prompt tokens read from the cache, inside the prompt (at most the prompt)
 *   cache_write=<n>  prompt tokens written to the cache, inside the prompt (at most what `cached` left of it)
 *   reasoning=<n>    hidden output tokens, inside the output; they come before the visible ones
 *   tool[=<name>]    answer with a call of that tool, or of the request's first tool when none is so named;
 *                    text when the request has no tools or when a tool has answered already
 *   error=<status>   answer with that status (400 … 599) and the provider's error body, bill nothing
 *   retry_after=<s>  `retry-after` header on the error answer
 *   hang=headers     read the request, then send nothing at all until the client leaves
 *   hang=stream      send the head and the first event (of a plain answer the first tokens' share of the
 *                    body), then nothing until the client leaves
 *   cut=<n>          destroy the socket after n visible tokens of each choice, always before the end of the
 *                    answer; 0 destroys it before the first byte
 *   garbage=split    multi-byte text, written in pieces of a few bytes that tear characters and lines apart
 *   garbage=crlf     a stream with mixed line ends, comments, and `data:` without a space; a plain body with CRLF
 *   garbage=huge     one event (or the plain body) of more than 10 MiB, still valid JSON
 *   garbage=json     a stream with one event of broken JSON after the first tokens; half a plain body
 *   usage=none       the answer says nothing about usage; the journal still knows it
 *
 * When several faults are asked for, `error` comes before `hang=headers`, before `cut=0`, before the rest.
 */
export type Steering = {
  readonly in: number | null
  readonly out: number
  readonly ttft: number
  readonly gap: number
  readonly chunk: number
  readonly cached: number
  readonly cache_write: number
  readonly reasoning: number
  /** `''` means the first tool. */
  readonly tool: string | null
  readonly error: number | null
  readonly retry_after: number | null
  readonly hang: 'headers' | 'stream' | null
  readonly cut: number | null
  readonly garbage: Garbage | null
  readonly usage: 'none' | null
}

export type Garbage = 'split' | 'crlf' | 'huge' | 'json'

/** The very object marks a call that nobody steered, so the server can take its short way. */
export const UNSTEERED: Steering = Object.freeze({
  in: null,
  out: 16,
  ttft: 0,
  gap: 0,
  chunk: 1,
  cached: 0,
  cache_write: 0,
  reasoning: 0,
  tool: null,
  error: null,
  retry_after: null,
  hang: null,
  cut: null,
  garbage: null,
  usage: null,
})

type Option = keyof Steering

const MAX_TOKENS = 1_000_000_000
/** A plain answer is one string of four bytes a token. */
const MAX_OUTPUT_TOKENS = 10_000_000
const MAX_MS = 3_600_000

const RANGES: Partial<Record<Option, readonly [least: number, most: number]>> = {
  in: [0, MAX_TOKENS],
  out: [0, MAX_OUTPUT_TOKENS],
  ttft: [0, MAX_MS],
  gap: [0, MAX_MS],
  chunk: [1, MAX_OUTPUT_TOKENS],
  cached: [0, MAX_TOKENS],
  cache_write: [0, MAX_TOKENS],
  reasoning: [0, MAX_OUTPUT_TOKENS],
  error: [400, 599],
  retry_after: [0, 31_536_000],
  cut: [0, MAX_OUTPUT_TOKENS],
}

const CHOICES: Partial<Record<Option, readonly string[]>> = {
  hang: ['headers', 'stream'],
  garbage: ['split', 'crlf', 'huge', 'json'],
  usage: ['none'],
}

const AT_SIGN = 64
const BEGINS_WITH_SIM = /^@sim(?=\s|$)/
const WHOLE_NUMBER = /^\d{1,10}$/

/** Reads the options; the prompt text is what is left from `textStart` on. */
export function readSteering(text: string): { readonly steering: Steering; readonly textStart: number } {
  if (text.charCodeAt(0) !== AT_SIGN || !BEGINS_WITH_SIM.test(text)) return { steering: UNSTEERED, textStart: 0 }

  const given: Partial<Record<Option, number | string>> = {}
  const word = /\S+/g
  word.lastIndex = '@sim'.length
  let textStart = text.length
  for (let match = word.exec(text); match; match = word.exec(text)) {
    const option = readOption(match[0])
    if (!option) {
      textStart = match.index
      break
    }
    given[option.name] = option.value
  }
  return { steering: { ...UNSTEERED, ...given } as Steering, textStart }
}

function readOption(word: string): { name: Option; value: number | string } | null {
  if (word === 'tool') return { name: 'tool', value: '' }
  const equals = word.indexOf('=')
  if (equals < 1 || equals === word.length - 1) return null
  const name = word.slice(0, equals)
  const value = word.slice(equals + 1)
  if (!isOption(name)) return null
  if (name === 'tool') return { name, value }
  if (CHOICES[name]) return CHOICES[name].includes(value) ? { name, value } : null

  const range = RANGES[name]
  if (!range || !WHOLE_NUMBER.test(value)) return null
  const number = Number(value)
  return number >= range[0] && number <= range[1] ? { name, value: number } : null
}

function isOption(name: string): name is Option {
  return Object.hasOwn(UNSTEERED, name)
}
