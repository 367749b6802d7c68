import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestOf, hasValidChecksum, keyTextLength, newKeyText } from '#lib/keys/rules/key-text.ts'
import { pepperOf } from '#lib/platform/crypto.ts'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

describe('the text of a key', () => {
  test('is sk-gh-, 40 base62 characters and a checksum of 6, which it passes', () => {
    for (let i = 0; i < 1000; i++) {
      const text = newKeyText()
      expect(text).toMatch(/^sk-gh-[0-9A-Za-z]{46}$/)
      expect(text).toHaveLength(keyTextLength)
      expect(hasValidChecksum(text)).toBe(true)
    }
  })

  test('carries the CRC-32 of all that precedes, the prefix included, zero-padded and most significant first', () => {
    // CRC-32 of "sk-gh-" and 40 zeros, worked out bit by bit.
    const body = `sk-gh-${'0'.repeat(40)}`
    let crc = 0xffffffff
    for (const byte of Buffer.from(body)) {
      crc ^= byte
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
    }
    let rest = (crc ^ 0xffffffff) >>> 0
    const digits: string[] = []
    for (let i = 0; i < 6; i++) {
      digits.unshift(base62[rest % 62]!)
      rest = Math.floor(rest / 62)
    }
    expect(newKeyText((bytes) => new Uint8Array(bytes))).toBe(body + digits.join(''))
  })

  test('draws again instead of taking bytes that would favour some characters', () => {
    const rounds = [Uint8Array.from({ length: 40 }, (_, i) => 216 + i), new Uint8Array(32).fill(61)]
    const text = newKeyText(() => rounds.shift()!)
    // 216…247 are fair, 248…255 are not: 32 characters of the first draw, 8 of the second.
    const first = Array.from({ length: 32 }, (_, i) => base62[(216 + i) % 62]).join('')
    expect(text.slice(6, 38)).toBe(first)
    expect(text.slice(38, 46)).toBe('zzzzzzzz')
  })

  test('uses every character about equally often', () => {
    const counts = new Map<string, number>()
    const keys = 5000
    for (let i = 0; i < keys; i++) {
      for (const char of newKeyText().slice(6, 46)) counts.set(char, (counts.get(char) ?? 0) + 1)
    }
    const expected = (keys * 40) / 62
    expect(counts.size).toBe(62)
    // Chi-squared with 61 degrees of freedom exceeds 150 once in a billion runs.
    const chiSquared = [...counts.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)
    expect(chiSquared).toBeLessThan(150)
  })

  test('is refused after any change of one character', () => {
    fc.assert(
      fc.property(fc.nat({ max: keyTextLength - 1 }), fc.constantFrom(...base62), (at, char) => {
        const text = newKeyText()
        fc.pre(text[at] !== char)
        return !hasValidChecksum(text.slice(0, at) + char + text.slice(at + 1))
      }),
    )
  })

  test('is refused after two neighbours changed places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: keyTextLength - 2 }), (at) => {
        const text = newKeyText()
        fc.pre(text[at] !== text[at + 1])
        return !hasValidChecksum(text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2))
      }),
    )
  })

  test('is refused when it is any other text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => !hasValidChecksum(text)))
    for (const text of [
      '',
      'sk-gh-',
      `sk-gh-${"' OR 1=1 --".padEnd(46, 'x')}`,
      `SK-GH-${newKeyText().slice(6)}`,
      `${newKeyText()}\n`,
    ]) {
      expect(hasValidChecksum(text)).toBe(false)
    }
  })
})

describe('the digest of a key', () => {
  test('is HMAC-SHA-256 of the whole text under the pepper', () => {
    const pepper = pepperOf(Buffer.alloc(32, 7))
    const text = newKeyText()
    expect(digestOf(text, pepper)).toEqual(createHmac('sha256', Buffer.alloc(32, 7)).update(text).digest())
    expect(digestOf(text, pepperOf(Buffer.alloc(32, 8)))).not.toEqual(digestOf(text, pepper))
  })
})
