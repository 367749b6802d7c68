/**
 * Keys with one purpose each. The master key wraps provider credentials; purpose keys derive from it by HKDF (RFC 5869),
 * so that a value made for one purpose is worthless for another. The key pepper is not derived from the master key:
 * rotating that must not kill virtual keys.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/** The HMAC key for virtual-key digests. Its id tells which pepper made a digest, so two can be live at once. */
export type Pepper = { readonly id: string; readonly bytes: Buffer }

export function pepperOf(bytes: Buffer): Pepper {
  return { id: createHash('sha256').update('gatehouse pepper id').update(bytes).digest('hex').slice(0, 8), bytes }
}

/** HMAC-SHA-256 of the whole text under the pepper. A fast hash is right: the secret carries over 200 random bits. */
export function pepperedDigest(text: string, pepper: Pepper): Buffer {
  return createHmac('sha256', pepper.bytes).update(text).digest()
}

export function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}

/** A 32-byte key for one named purpose. */
export function purposeKey(master: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `gatehouse/${purpose}`, 32))
}

/** AES-256-GCM: 12-byte nonce ‖ 16-byte tag ‖ ciphertext. `aad` binds the box to its place. */
export function seal(key: Buffer, plain: Buffer, aad: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(aad))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

/** Opens what `seal` made; throws when key, place or bytes differ. */
export function open(key: Buffer, box: Buffer, aad: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, 12))
  decipher.setAAD(Buffer.from(aad))
  decipher.setAuthTag(box.subarray(12, 28))
  return Buffer.concat([decipher.update(box.subarray(28)), decipher.final()])
}

/** Compares two texts in time that depends on neither. */
export function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b))
}
