/**
 * The text of a virtual key: `sk-gh-`, 40 base62 characters of CSPRNG output (238 bits), and 6 base62 characters of the
 * CRC-32 of everything before them, most significant first. The checksum refuses typos without a lookup; it is a filter,
 * not security.
 */
import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { pepperedDigest, type Pepper } from '#lib/platform/crypto.ts'

export const keyPrefix = 'sk-gh-'
const secretLength = 40
const checksumLength = 6
const bodyLength = keyPrefix.length + secretLength
export const keyTextLength = bodyLength + checksumLength

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Bytes from here on would make some characters likelier than others, so they are drawn again. */
const firstUnfairByte = 256 - (256 % alphabet.length)

/** A new key. `draw` is the source of randomness, for tests. */
export function newKeyText(draw: (bytes: number) => Uint8Array = randomBytes): string {
  let body = keyPrefix
  while (body.length < bodyLength) {
    for (const byte of draw(bodyLength - body.length)) {
      if (byte < firstUnfairByte) body += alphabet[byte % alphabet.length]
    }
  }
  return body + checksumOf(body)
}

/** Whether the text has a key's form and checksum. Says nothing about whether such a key exists. */
export function hasValidChecksum(text: string): boolean {
  if (text.length !== keyTextLength || !text.startsWith(keyPrefix)) return false
  for (let i = keyPrefix.length; i < bodyLength; i++) {
    if (!isBase62(text.charCodeAt(i))) return false
  }
  return text.endsWith(checksumOf(text.slice(0, bodyLength)))
}

/** What is stored and looked up in place of the text. */
export function digestOf(text: string, pepper: Pepper): Buffer {
  return pepperedDigest(text, pepper)
}

/** What people see of a key after its one reveal. */
export function displayOf(last4: string): string {
  return `${keyPrefix}…${last4}`
}

function checksumOf(body: string): string {
  let text = ''
  for (let i = 0, rest = crc32(body); i < checksumLength; i++) {
    text = alphabet[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}

function isBase62(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}
