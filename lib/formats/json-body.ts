/**
 * Changes to a JSON request body. A field that is absent is spliced in behind the opening brace, so the caller's own bytes
 * go on unchanged; only a value that must be replaced costs a new serialisation.
 */

/** The body with these fields, without those that are undefined; `again` writes it again in any case. */
export function withFields(
  body: Readonly<Record<string, unknown>>,
  bytes: Buffer,
  added: Readonly<Record<string, unknown>>,
  again: boolean,
): Buffer {
  const names = Object.keys(added).filter((name) => body[name] !== added[name])
  if (names.length === 0 && !again) return bytes
  const replaces = names.some((name) => name in body)
  if (again || replaces) return Buffer.from(JSON.stringify({ ...body, ...added }))

  const brace = bytes.indexOf(0x7b)
  const inserted = JSON.stringify(added).slice(1, -1) + (Object.keys(body).length > 0 ? ',' : '')
  return Buffer.concat([bytes.subarray(0, brace + 1), Buffer.from(inserted), bytes.subarray(brace + 1)])
}

const escapedAscii = Buffer.from('\\u00')

/**
 * JSON parsers disagree on repeated names: we would judge one value and the provider would use the other. Names may also
 * hide behind escapes. Both are rare, so this errs on the side of writing the body again.
 *
 * `deciding`: the quoted names of the fields that decide what is allowed and what it may cost.
 */
export function isAmbiguous(bytes: Buffer, deciding: readonly Buffer[]): boolean {
  if (bytes.includes(escapedAscii)) return true
  for (const name of deciding) {
    const first = bytes.indexOf(name)
    if (first >= 0 && bytes.includes(name, first + name.length)) return true
  }
  return false
}

/** Names as they stand in JSON. */
export function quoted(...names: readonly string[]): Buffer[] {
  return names.map((name) => Buffer.from(`"${name}"`))
}
