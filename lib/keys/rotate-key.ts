/**
 * Gives a key a new secret, and the old one a grace in which both work. A key has two live secrets at most: rotating again
 * within the grace ends the oldest at once.
 */
import { closeAlertsOfKeys } from '#lib/alerts/key-alerts-store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { endSecrets, findLiveSecrets, insertSecret } from '#lib/keys/change-store.ts'
import type { KeyView, MintedKey } from '#lib/keys/contract.ts'
import { openKey } from '#lib/keys/open-key.ts'
import { isAlive } from '#lib/keys/rules/key-status.ts'
import { findKey } from '#lib/keys/store.ts'
import { viewKey } from '#lib/keys/view-key.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export async function rotateKey(
  context: Context,
  actor: Actor,
  input: { readonly id: string; readonly graceSeconds: number },
): Promise<MintedKey> {
  const nowMs = context.clock.nowMs()
  const { id, graceSeconds } = input
  return changePolicy(context, actor, async (tx) => {
    const { row, status } = await openKey(tx, actor, id, 'key.rotate', nowMs)
    if (!isAlive(status)) throw new AppError('conflict', `A key that is ${status} cannot be rotated.`)
    const [newest, ...older] = await findLiveSecrets(tx, id, nowMs)
    await endSecrets(
      tx,
      older.map((secret) => secret.id),
      nowMs,
    )
    if (newest) await endSecrets(tx, [newest.id], nowMs + graceSeconds * 1000)
    const secret = await insertSecret(tx, id, context.config.pepper, nowMs)
    // The secret that a web page shows is on its way out; should the page go on calling with it, it is told again.
    await closeAlertsOfKeys(tx, [id], ['key_in_browser'], new Date(nowMs))
    const changed = await findKey(tx, id, nowMs)
    if (!changed) throw notFound('key')
    return {
      result: { ...viewKey(changed, actor, nowMs), key: secret.text },
      subjects: [`key:${id}`],
      audit: {
        action: 'key.rotate',
        targetType: 'key',
        targetId: id,
        targetName: row.name,
        summary: `rotated key ${row.name}, ${graceSeconds === 0 ? 'ending the old secret at once' : `with ${graceSeconds} s of grace`}`,
        before: { secretIds: [newest, ...older].flatMap((known) => (known ? [known.id] : [])) },
        after: { secretId: secret.id, graceSeconds },
      },
    }
  })
}

/** Ends a secret that is in its grace; the newest one goes only with a rotation or the key itself. */
export async function endOldSecret(
  context: Context,
  actor: Actor,
  input: { readonly id: string; readonly secretId: string },
): Promise<KeyView> {
  const nowMs = context.clock.nowMs()
  const { id, secretId } = input
  return changePolicy(context, actor, async (tx) => {
    const { row } = await openKey(tx, actor, id, 'key.rotate', nowMs)
    const [newest, ...older] = await findLiveSecrets(tx, id, nowMs)
    if (newest?.id === secretId)
      throw new AppError('conflict', 'This is the only current secret. Rotate or revoke the key instead.')
    const old = older.find((secret) => secret.id === secretId)
    if (!old) throw notFound('secret')
    await endSecrets(tx, [old.id], nowMs)
    const changed = await findKey(tx, id, nowMs)
    if (!changed) throw notFound('key')
    return {
      result: viewKey(changed, actor, nowMs),
      subjects: [`key:${id}`],
      audit: {
        action: 'key.end_secret',
        targetType: 'key',
        targetId: id,
        targetName: row.name,
        summary: `ended the old secret …${old.last4} of key ${row.name}`,
        before: { secretId, notAfter: old.notAfter?.toISOString() ?? null },
        after: { secretId, notAfter: new Date(nowMs).toISOString() },
      },
    }
  })
}
