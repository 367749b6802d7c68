/** Token endpoints: OAuth's form there, and a token back (RFC 6749). */
import * as z from 'zod'
import { CredentialRefused, type AccessToken, type Asking } from '#lib/providers/tokens/token-source.ts'

// A token goes into a header.
export const tokenText = z.string().regex(/^[\x21-\x7e]{1,8192}$/)
/** RFC 6749 lets the time be left out; most are valid for an hour. */
const unsaidSeconds = 600
const tokenAnswer = z.object({
  access_token: tokenText,
  expires_in: z.coerce.number().positive().default(unsaidSeconds),
})

export async function askForToken(url: URL, asking: Asking, form: Record<string, string>): Promise<AccessToken> {
  const type = 'application/x-www-form-urlencoded'
  const answer = await postForJson(url, asking, { 'content-type': type }, new URLSearchParams(form).toString())
  const read = tokenAnswer.safeParse(answer)
  if (!read.success) throw new Error(`${url.host} gave no access token`)
  return { text: read.data.access_token, expiresAtMs: asking.nowMs + read.data.expires_in * 1000 }
}

const longestAnswer = 64 * 1024

/** The JSON of a good answer. */
export async function postForJson(url: URL, asking: Asking, headers: Record<string, string>, body: string) {
  return parseJson(await goodAnswer('POST', url, asking, headers, body))
}

/** The text of a good answer. */
export function getText(url: URL, asking: Asking, headers: Record<string, string>): Promise<string> {
  return goodAnswer('GET', url, asking, headers, null)
}

/** Redirects are not followed. */
async function goodAnswer(
  method: 'GET' | 'POST',
  url: URL,
  { poolFor, signal }: Asking,
  headers: Record<string, string>,
  body: string | null,
): Promise<string> {
  const path = url.pathname + url.search
  const { statusCode, body: answer } = await poolFor(url.origin).request({ method, path, headers, body, signal })
  let text = ''
  for await (const chunk of answer) {
    text += (chunk as Buffer).toString('latin1')
    if (text.length > longestAnswer) throw new Error(`${url.host} answered at too great length`)
  }
  if (statusCode < 300) return text
  const message = `${url.host} answered ${statusCode}${errorNameIn(parseJson(text))}`
  const isAboutUs = statusCode >= 400 && statusCode < 500 && statusCode !== 408 && statusCode !== 429
  throw isAboutUs ? new CredentialRefused(message) : new Error(message)
}

/** OAuth's and Google's names for what is wrong; what stands beside them may quote what was sent. */
function errorNameIn(json: unknown): string {
  const named = z.object({ error: z.union([z.string(), z.object({ status: z.string() })]) }).safeParse(json)
  if (!named.success) return ''
  const { error } = named.data
  const name = typeof error === 'string' ? error : error.status
  return /^\w{1,64}$/.test(name) ? ` ${name}` : ''
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
