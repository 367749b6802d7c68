/**
 * Envelope encryption of provider secrets: each has a data key of its own (AES-256-GCM), which is wrapped under a key that
 * derives from the master key for this purpose alone. Both boxes are bound to provider and credential, so a row that is
 * copied to another place does not open. Rotating the master key re-wraps the data keys and leaves the secrets alone.
 */
import { createHash, randomBytes } from 'node:crypto'
import { open, purposeKey, seal } from '#lib/platform/crypto.ts'
import { CredentialSecret } from '#lib/providers/credentials/credential-secret.ts'

export type SealedCredential = {
  readonly ciphertext: Buffer<ArrayBuffer>
  readonly wrappedKey: Buffer<ArrayBuffer>
  /** Which master key wrapped it: its first 8 hex digits of a digest, not a secret. */
  readonly masterId: string
  readonly last4: string
}

/** Where a credential lives; part of what the boxes authenticate. */
export type CredentialPlace = { readonly providerId: string; readonly credentialId: string }

export function sealCredential(masterKey: Buffer, place: CredentialPlace, secret: string): SealedCredential {
  const dataKey = randomBytes(32)
  return {
    ciphertext: Buffer.from(seal(dataKey, Buffer.from(secret), aadOf('secret', place))),
    wrappedKey: Buffer.from(seal(wrappingKey(masterKey), dataKey, aadOf('key', place))),
    masterId: masterIdOf(masterKey),
    last4: secret.slice(-4),
  }
}

/** Throws when the master key, the place or any byte differs from what was sealed. */
export function openCredential(
  masterKey: Buffer,
  place: CredentialPlace,
  sealed: { readonly ciphertext: Uint8Array; readonly wrappedKey: Uint8Array },
): CredentialSecret {
  const dataKey = open(wrappingKey(masterKey), Buffer.from(sealed.wrappedKey), aadOf('key', place))
  return new CredentialSecret(open(dataKey, Buffer.from(sealed.ciphertext), aadOf('secret', place)).toString('utf8'))
}

export function masterIdOf(masterKey: Buffer): string {
  return createHash('sha256').update('gatehouse master id').update(masterKey).digest('hex').slice(0, 8)
}

function wrappingKey(masterKey: Buffer): Buffer {
  return purposeKey(masterKey, 'provider-credential')
}

function aadOf(what: 'key' | 'secret', { providerId, credentialId }: CredentialPlace): string {
  return `${what}\n${providerId}\n${credentialId}`
}
