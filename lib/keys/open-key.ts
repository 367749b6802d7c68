/** Opens one key for a change: locked, and only for someone who may. */
import type { Actor } from '#lib/identity/contract.ts'
import { may, type Action } from '#lib/identity/rules/permissions.ts'
import { lockKey } from '#lib/keys/change-store.ts'
import type { KeyStatus } from '#lib/keys/contract.ts'
import { statusNow } from '#lib/keys/rules/key-status.ts'
import { findKey, type KeyRow } from '#lib/keys/store.ts'
import { actTarget, mayRead } from '#lib/keys/view-key.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { forbidden, notFound } from '#lib/platform/errors.ts'

export type OpenKey = { readonly row: KeyRow; readonly status: KeyStatus }

/** 404 for a key that is not theirs to see, 403 for one that they see but may not change so. */
export async function openKey(tx: Tx, actor: Actor, id: string, action: Action, nowMs: number): Promise<OpenKey> {
  await lockKey(tx, id)
  const row = await findKey(tx, id, nowMs)
  if (!row || !mayRead(row, actor)) throw notFound('key')
  if (!may(actor, action, actTarget(row)))
    throw forbidden('This key is not yours to change. Ask its owner or your team lead.')
  return { row, status: statusNow(row.status, row.expiresAt?.getTime() ?? null, nowMs) }
}

export type AnyKey = KeyRow

/** One key whoever asks: for what was allowed elsewhere, as an approved request is. */
export function readAnyKey(db: Db | Tx, id: string, nowMs: number): Promise<AnyKey | null> {
  return findKey(db, id, nowMs)
}

/** The same, locked for a change. */
export async function openAnyKey(tx: Tx, id: string, nowMs: number): Promise<AnyKey | null> {
  await lockKey(tx, id)
  return findKey(tx, id, nowMs)
}
