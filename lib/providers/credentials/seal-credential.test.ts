import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { purposeKey, open } from '#lib/platform/crypto.ts'
import { CredentialSecret } from '#lib/providers/credentials/credential-secret.ts'
import { openCredential, sealCredential } from '#lib/providers/credentials/seal-credential.ts'

const masterKey = randomBytes(32)
const place = { providerId: 'prov_1', credentialId: 'cred_1' }
const secret = 'sk-proj-very-secret-0123456789'

describe('a sealed credential', () => {
  test('opens at its place with its master key', () => {
    const sealed = sealCredential(masterKey, place, secret)
    expect(openCredential(masterKey, place, sealed).reveal()).toBe(secret)
    expect(sealed.last4).toBe('6789')
  })

  test('does not hold its text, and no two are alike', () => {
    const [one, other] = [sealCredential(masterKey, place, secret), sealCredential(masterKey, place, secret)]
    expect(one.ciphertext.includes(Buffer.from(secret))).toBe(false)
    expect(one.ciphertext).not.toEqual(other.ciphertext)
    expect(one.wrappedKey).not.toEqual(other.wrappedKey)
  })

  test.each([
    ['another provider', { ...place, providerId: 'prov_2' }],
    ['another credential', { ...place, credentialId: 'cred_2' }],
    ['a place that joins to the same text', { providerId: 'prov_1\ncred_1', credentialId: '' }],
  ])('does not open as that of %s', (_, elsewhere) => {
    const sealed = sealCredential(masterKey, place, secret)
    expect(() => openCredential(masterKey, elsewhere, sealed)).toThrow()
  })

  test('does not open with another master key, a changed byte, or the parts of another', () => {
    const sealed = sealCredential(masterKey, place, secret)
    const other = sealCredential(masterKey, { ...place, credentialId: 'cred_2' }, secret)
    const changed = Buffer.from(sealed.ciphertext)
    changed[30]! ^= 1
    expect(() => openCredential(randomBytes(32), place, sealed)).toThrow()
    expect(() => openCredential(masterKey, place, { ...sealed, ciphertext: changed })).toThrow()
    expect(() => openCredential(masterKey, place, { ...sealed, wrappedKey: other.wrappedKey })).toThrow()
  })

  test('does not open with a key made for another purpose', () => {
    const sealed = sealCredential(masterKey, place, secret)
    const aad = `key\n${place.providerId}\n${place.credentialId}`
    expect(open(purposeKey(masterKey, 'provider-credential'), sealed.wrappedKey, aad)).toHaveLength(32)
    expect(() => open(purposeKey(masterKey, 'idempotency'), sealed.wrappedKey, aad)).toThrow()
    expect(() => open(masterKey, sealed.wrappedKey, aad)).toThrow()
  })
})

test('a credential in memory shows itself to nothing but `reveal`', () => {
  const held = new CredentialSecret(secret)
  for (const shown of [
    JSON.stringify({ held }),
    String(held),
    `${held}`,
    inspect({ held }),
    inspect(held, { showHidden: true }),
  ]) {
    expect(shown).not.toContain('very-secret')
  }
  expect({ ...held }).toEqual({})
})
