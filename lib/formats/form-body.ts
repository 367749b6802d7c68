/**
 * A form with a file in it (multipart/form-data, RFC 7578), read so that no two parsers can disagree on it: what browsers
 * and clients write is taken, and every other way to write the same is refused. Values stay where they are in the bytes,
 * so a form of 25 MB is neither copied nor decoded.
 */

export type FormFile = { readonly filename: string; readonly bytes: Buffer }
/** Fields by name: a text, a file, or all of them where there are several. */
export type FormFields = Readonly<Record<string, FormValue | readonly FormValue[]>>
type FormValue = string | FormFile

type FormPart = {
  readonly name: string
  /** Null for a field that is a text. */
  readonly filename: string | null
  /** Where the value is in the form's bytes; `end` exclusive. */
  readonly start: number
  readonly end: number
}

type FormProblem = { readonly problem: string; readonly param: string | null }

/** More than any endpoint has fields. */
const mostParts = 100
const mostHeadBytes = 2_048
/** Voices that a transcription is to know come as texts: some seconds of sound in base64. */
const mostTextBytes = 4 * 1024 * 1024

/** The boundary that a content type names; null where it is not that of a form. */
export function boundaryOf(contentType: string): string | null {
  const plain = contentType.replace(/\s*;\s*charset="?utf-8"?(?=\s*(?:;|$))/i, '')
  const found = /^multipart\/form-data\s*;\s*boundary=(?:"([\w'()+,./:=?-]{1,70})"|([\w'+.-]{1,70}))\s*$/i.exec(plain)
  return found?.[1] ?? found?.[2] ?? null
}

/** Tells the parts of a form, in order. */
function partsOf(bytes: Buffer, boundary: string): readonly FormPart[] | FormProblem {
  const opening = Buffer.from(`--${boundary}\r\n`)
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  if (!bytes.subarray(0, opening.length).equals(opening)) return broken('it does not begin with its boundary')
  const parts: FormPart[] = []
  for (let head = opening.length; ;) {
    const start = bytes.indexOf('\r\n\r\n', head) + 4
    if (start < 4 || start - head > mostHeadBytes) return broken('a part has no end of its headers')
    const named = readHead(bytes.toString('utf8', head, start - 4))
    if (!named) return broken('the headers of a part are not as RFC 7578 has them')
    const end = bytes.indexOf(delimiter, start - 2)
    if (end < start) return broken('a part does not end with the boundary')
    parts.push({ ...named, start, end })
    if (parts.length > mostParts) return broken(`it has more than ${mostParts} parts`)
    head = end + delimiter.length + 2
    const after = bytes.toString('latin1', head - 2, head)
    if (after === '--') return isBlank(bytes.subarray(head)) ? parts : broken('something follows its last boundary')
    if (after !== '\r\n') return broken('something follows a boundary')
  }
}

/** `deciding`: names that may stand in it once. One file at most. */
export function readForm(
  bytes: Buffer,
  boundary: string,
  deciding: readonly string[],
): { readonly fields: FormFields } | FormProblem {
  const parts = partsOf(bytes, boundary)
  if ('problem' in parts) return parts
  const fields = new Map<string, FormValue | FormValue[]>()
  let files = 0
  for (const { name, filename, start, end } of parts) {
    const value = bytes.subarray(start, end)
    if (filename === null && value.length > mostTextBytes) return { problem: `${name}: is too long.`, param: name }
    if (filename !== null && ++files > 1) return { problem: 'Send one file.', param: name }
    const read = filename === null ? value.toString('utf8') : { filename, bytes: value }
    const before = fields.get(name)
    if (before !== undefined && deciding.includes(name))
      return { problem: `${name}: stands in the form twice.`, param: name }
    fields.set(name, before === undefined ? read : [before, read].flat())
  }
  return { fields: Object.fromEntries(fields) }
}

/** The form with another text for one field, or with the field before all others; every other byte stays. */
export function withText(bytes: Buffer, name: string, text: string): Buffer {
  // A form that has been read begins with its boundary.
  const opening = bytes.subarray(0, bytes.indexOf(lineEnd) + lineEnd.length)
  const parts = partsOf(bytes, opening.toString('latin1', 2, opening.length - lineEnd.length))
  const part = 'problem' in parts ? undefined : parts.find((one) => one.name === name)
  if (part) return Buffer.concat([bytes.subarray(0, part.start), Buffer.from(text), bytes.subarray(part.end)])
  return Buffer.concat([
    opening,
    Buffer.from(`Content-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`),
    bytes,
  ])
}

/** A name in quotes or, as .NET writes it, without; after a file's name the same again for other characters than ASCII. */
const disposition = new RegExp(
  '^content-disposition:[ \\t]*form-data' +
    '[ \\t]*;[ \\t]*name=(?:"([\\w.[\\]-]{1,64})"|([\\w.-]{1,64}))' +
    '(?:[ \\t]*;[ \\t]*filename=("[^"\\r\\n]{0,512}"|[\\w.-]{1,512}))?' +
    "(?:[ \\t]*;[ \\t]*filename\\*=(utf-8''[\\w.%!~-]{0,1024}))?[ \\t]*$",
  'i',
)
/** What else clients say of a part; an encoding would change what the bytes mean. */
const harmless = /^(?:content-type|content-length):[^\r\n]*$/i

function readHead(head: string): Pick<FormPart, 'name' | 'filename'> | null {
  let named: Pick<FormPart, 'name' | 'filename'> | null = null
  for (const line of head.split('\r\n')) {
    const [, quoted, bare, filename, extended] = disposition.exec(line) ?? []
    const name = quoted ?? bare
    if (name !== undefined && !named) named = { name, filename: filename ?? extended ?? null }
    else if (!harmless.test(line)) return null
  }
  return named
}

function isBlank(rest: Buffer): boolean {
  return rest.length === 0 || rest.equals(lineEnd)
}

const lineEnd = Buffer.from('\r\n')

function broken(why: string): FormProblem {
  return { problem: `The body is not a form of multipart/form-data: ${why}.`, param: null }
}
