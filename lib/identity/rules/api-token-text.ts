/** The text of an API token, and the digest under which it is kept. */
import { randomBytes } from 'node:crypto'
import { pepperedDigest, type Pepper } from '#lib/platform/crypto.ts'

/** 256 random bits; the prefix lets secret scanners know it. */
export function newApiTokenText(): string {
  return `gh-api-${randomBytes(32).toString('base64url')}`
}

export function isApiTokenText(text: string): boolean {
  return /^gh-api-[\w-]{43}$/.test(text)
}

/** The purpose stands before the text, so that the digest of a token is never that of a virtual key. */
export function apiTokenDigest(text: string, pepper: Pepper): Buffer {
  return pepperedDigest(`api-token\n${text}`, pepper)
}
