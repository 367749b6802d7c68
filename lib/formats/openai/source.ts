/** Pictures and files as OpenAI's wires name them: by address, or as a data URL. */
import { NotCarried, type Source } from '#lib/formats/neutral.ts'

/** RFC 2397, with parameters such as a character set, which no wire has a place for. */
const dataUrl = /^data:([^;,]+)(?:;[^;,]+)*;base64,/i

/** `at`: where it stands in the caller's body. Throws NotCarried. */
export function sourceOf(url: string, at: string): Source {
  const data = dataUrl.exec(url)
  if (data) return { kind: 'bytes', mediaType: data[1]!.toLowerCase(), base64: url.slice(data[0].length) }
  if (/^https?:\/\//i.test(url)) return { kind: 'url', url }
  throw new NotCarried(at, 'it is neither an http(s) address nor a data URL in base64')
}
