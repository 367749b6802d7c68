import type { Actor } from '#lib/identity/contract.ts'
import { getEffectivePolicy, type EffectivePolicy } from '#lib/keys/get-effective-policy.ts'
import { AppError } from '#lib/platform/errors.ts'
import { portal } from '#lib/wiring/portal.ts'

/** Null while what is in use cannot be read, and for a key without a secret: the rest of the page does not need it. */
export async function readPolicy(actor: Actor, keyId: string): Promise<EffectivePolicy | null> {
  try {
    return await getEffectivePolicy(portal(), actor, keyId)
  } catch (error) {
    if (error instanceof AppError && (error.code === 'service_unavailable' || error.code === 'not_found')) return null
    throw error
  }
}
