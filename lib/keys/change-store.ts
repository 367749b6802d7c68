/** Queries that write keys, and the locks that make their rules hold under concurrency. */
import { closeAlertsOfKeys } from '#lib/alerts/key-alerts-store.ts'
import type { CreateKeyInput, KeyStatus } from '#lib/keys/contract.ts'
import { digestOf, newKeyText } from '#lib/keys/rules/key-text.ts'
import type { KeyPlace } from '#lib/keys/resolve-place.ts'
import type { Pepper } from '#lib/platform/crypto.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import type { Prisma } from '#lib/platform/generated/prisma/client.ts'
import { newId } from '#lib/platform/ids.ts'
import type { KeyTerms } from '#lib/policy/rules/apply-guardrails.ts'

/** Makes everyone who counts this person's keys wait for each other, until the transaction ends. */
export async function lockKeysOf(tx: Tx, personId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`keys of ${personId}`}, 0))`
}

/** Locks a key's row: whoever changes the key next sees what this transaction did. */
export async function lockKey(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM virtual_key WHERE id = ${id} FOR UPDATE`
}

/** A person's living keys: personal ones, and those they made for something else. */
export async function countLiveKeys(tx: Db | Tx, personId: string, nowMs: number): Promise<number> {
  return tx.virtualKey.count({
    where: {
      status: { notIn: ['revoked', 'expired'] },
      AND: [
        { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date(nowMs) } }] },
        { OR: [{ ownerUserId: personId }, { ownerUserId: null, createdBy: personId }] },
      ],
    },
  })
}

/** Personal keys that this person has ever had, revoked ones too. */
export async function countPersonalKeysEver(tx: Tx, personId: string): Promise<number> {
  return tx.virtualKey.count({ where: { ownerUserId: personId } })
}

export async function findTimeZone(tx: Tx): Promise<string> {
  const organisation = await tx.organisation.findFirst({ select: { timeZone: true } })
  return organisation?.timeZone ?? 'UTC'
}

export type NewKey = {
  readonly id: string
  readonly input: CreateKeyInput
  readonly place: KeyPlace
  readonly workloadId: string | null
  readonly environment: string
  readonly terms: KeyTerms
  readonly overrides: readonly string[]
  readonly status: 'active' | 'pending'
  readonly createdBy: string
  readonly nowMs: number
}

export async function insertKey(tx: Tx, key: NewKey): Promise<void> {
  const { input, place, terms } = key
  await tx.virtualKey.create({
    data: {
      id: key.id,
      name: input.name,
      kind: input.kind,
      status: key.status,
      statusAt: new Date(key.nowMs),
      ownerUserId: place.owner?.id ?? null,
      teamId: place.team.id,
      projectId: place.project?.id ?? null,
      workloadId: key.workloadId,
      profileId: place.profile.id,
      environment: key.environment,
      models: [...terms.models],
      providers: [...terms.providers],
      regions: [...terms.regions],
      tools: [...new Set(input.tools)],
      limits: terms.limits,
      purpose: input.purpose ?? null,
      dataClass: input.dataClass ?? null,
      tags: input.tags ?? {},
      overrides: [...key.overrides],
      createdBy: key.createdBy,
      createdAt: new Date(key.nowMs),
      expiresAt: terms.expiresAtMs === null ? null : new Date(terms.expiresAtMs),
    },
  })
}

/** A new secret for a key. Its text exists here and in the answer, nowhere else: only the digest is stored. */
export async function insertSecret(
  tx: Tx,
  keyId: string,
  pepper: Pepper,
  nowMs: number,
): Promise<{ readonly id: string; readonly text: string }> {
  const text = newKeyText()
  const id = newId('sec', nowMs)
  await tx.keySecret.create({
    data: {
      id,
      keyId,
      digest: Buffer.from(digestOf(text, pepper)),
      pepperId: pepper.id,
      last4: text.slice(-4),
      createdAt: new Date(nowMs),
    },
  })
  return { id, text }
}

/** Secrets that work at this moment, newest first. */
export async function findLiveSecrets(
  tx: Tx,
  keyId: string,
  nowMs: number,
): Promise<{ id: string; last4: string; notAfter: Date | null }[]> {
  return tx.keySecret.findMany({
    where: { keyId, OR: [{ notAfter: null }, { notAfter: { gt: new Date(nowMs) } }] },
    select: { id: true, last4: true, notAfter: true },
    // One has no end: the current one. Times alone can't tell two of the same millisecond apart.
    orderBy: [{ notAfter: { sort: 'desc', nulls: 'first' } }, { createdAt: 'desc' }],
    take: 10,
  })
}

/** Sets when secrets end; an end that is nearer already stays. */
export async function endSecrets(tx: Tx, ids: readonly string[], atMs: number): Promise<void> {
  const at = new Date(atMs)
  await tx.keySecret.updateMany({
    where: { id: { in: [...ids] }, OR: [{ notAfter: null }, { notAfter: { gt: at } }] },
    data: { notAfter: at },
  })
}

export type NewWorkload = {
  readonly name: string
  readonly kind: string
  readonly teamId: string
  readonly projectId: string | null
  readonly ownerUserId: string | null
  readonly environment: string
  readonly nowMs: number
}

/** Makes the workload unless the team has one of this name and kind; two at once make one. Returns its id. */
export async function ensureWorkload(
  tx: Tx,
  workload: NewWorkload,
): Promise<{ readonly id: string; readonly status: string }> {
  const { teamId, name, kind, projectId, ownerUserId, environment, nowMs } = workload
  await tx.workload.createMany({
    data: [
      { id: newId('wl', nowMs), name, kind, teamId, projectId, ownerUserId, environment, createdAt: new Date(nowMs) },
    ],
    skipDuplicates: true,
  })
  return tx.workload.findUniqueOrThrow({
    where: { teamId_name_kind: { teamId, name, kind } },
    select: { id: true, status: true },
  })
}

const endKinds = ['key_ending', 'key_idle'] as const

export async function writeStatus(
  tx: Tx,
  ids: readonly string[],
  status: KeyStatus,
  reason: string | null,
  atMs: number,
): Promise<void> {
  await tx.virtualKey.updateMany({
    where: { id: { in: [...ids] } },
    data: { status, statusReason: reason, statusAt: new Date(atMs) },
  })
  // What does not run needs nobody to extend or to use it; a secret on a web page is a secret on a web page until it is dead.
  const over = status === 'revoked' ? ([...endKinds, 'key_in_browser'] as const) : endKinds
  if (status !== 'active') await closeAlertsOfKeys(tx, ids, over, new Date(atMs))
}

export async function updateKey(tx: Tx, id: string, data: Prisma.VirtualKeyUncheckedUpdateInput): Promise<void> {
  await tx.virtualKey.update({ where: { id }, data, select: { id: true } })
}

export type LockedKey = {
  readonly id: string
  readonly name: string
  readonly teamId: string
  readonly lastUsedAt: Date | null
  /** Who owns it, or answers for its workload. */
  readonly owner: { readonly id: string; readonly name: string } | null
}

/** Which of these keys there are, locked in the order of their ids so that two bulk changes can't deadlock. */
export async function lockKeys(tx: Tx, where: Prisma.Sql, limit: number): Promise<LockedKey[]> {
  return tx.$queryRaw`
    SELECT id, name, team_id AS "teamId", last_used_at AS "lastUsedAt",
           (SELECT jsonb_build_object('id', o.id, 'name', o.name) FROM app_user o
            WHERE o.id = coalesce(owner_user_id, (SELECT l.owner_user_id FROM workload l WHERE l.id = workload_id))) AS owner
    FROM virtual_key
    WHERE id IN (
      SELECT k.id FROM virtual_key k
      LEFT JOIN workload w ON w.id = k.workload_id
      LEFT JOIN app_user u ON u.id = k.owner_user_id
      WHERE ${where})
    ORDER BY id
    LIMIT ${limit}
    FOR UPDATE`
}
