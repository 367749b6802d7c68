/** Queries of provider connections. Ciphertexts are never selected here: only the call path's loader opens them. */
import type { CredentialInput, ProviderTimeouts } from '#lib/catalog/contract.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import type { Prisma } from '#lib/platform/generated/prisma/client.ts'
import { newId } from '#lib/platform/ids.ts'
import { lastFourOf } from '#lib/providers/credentials/last-four.ts'
import { sealCredential } from '#lib/providers/credentials/seal-credential.ts'

const columns = {
  id: true,
  name: true,
  displayName: true,
  kind: true,
  baseUrl: true,
  status: true,
  simulated: true,
  timeouts: true,
  createdAt: true,
  credentials: {
    select: { id: true, label: true, last4: true, weight: true, status: true, createdAt: true, retiredAt: true },
    orderBy: [{ status: 'asc' }, { createdAt: 'desc' }, { id: 'desc' }],
    take: 100,
  },
  deployments: { select: { model: { select: { name: true } } }, take: 5000 },
} satisfies Prisma.ProviderSelect

export type ProviderRow = Prisma.ProviderGetPayload<{ select: typeof columns }>

export type ProviderPage = {
  readonly q: string | undefined
  readonly status: readonly string[] | undefined
  readonly kind: readonly string[] | undefined
  readonly afterName: string | null
  readonly downward: boolean
  readonly limit: number
}

export function findProviders(
  db: Db,
  { q, status, kind, afterName, downward, limit }: ProviderPage,
): Promise<ProviderRow[]> {
  const contains = { contains: q ?? '', mode: 'insensitive' } as const
  return db.provider.findMany({
    where: {
      ...(q ? { OR: [{ name: contains }, { displayName: contains }] } : {}),
      ...(status ? { status: { in: [...status] } } : {}),
      ...(kind ? { kind: { in: [...kind] } } : {}),
      // Names are unique, so they are the whole position.
      ...(afterName === null ? {} : { name: downward ? { lt: afterName } : { gt: afterName } }),
    },
    select: columns,
    orderBy: { name: downward ? 'desc' : 'asc' },
    take: limit,
  })
}

export function findProvider(db: Db | Tx, id: string): Promise<ProviderRow | null> {
  return db.provider.findUnique({ where: { id }, select: columns })
}

export async function lockProvider(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM provider WHERE id = ${id} FOR UPDATE`
}

export async function providerNameIsTaken(tx: Tx, name: string): Promise<boolean> {
  return (await tx.provider.count({ where: { name } })) > 0
}

export type NewProvider = {
  readonly name: string
  readonly displayName: string
  readonly kind: string
  readonly baseUrl: string
}

export async function insertProvider(tx: Tx, provider: NewProvider, nowMs: number): Promise<string> {
  const id = newId('prov', nowMs)
  await tx.provider.create({ data: { id, ...provider, createdAt: new Date(nowMs) }, select: { id: true } })
  return id
}

export async function updateProviderRow(
  tx: Tx,
  id: string,
  data: Partial<NewProvider> & { readonly status?: string; readonly timeouts?: ProviderTimeouts },
): Promise<void> {
  await tx.provider.update({ where: { id }, data, select: { id: true } })
}

export async function deleteProviderRow(tx: Tx, id: string): Promise<void> {
  await tx.provider.delete({ where: { id }, select: { id: true } })
}

/** Encrypts the secret and keeps it. Returns the credential's id. */
export async function insertCredential(
  tx: Tx,
  masterKey: Buffer,
  providerId: string,
  input: CredentialInput,
  nowMs: number,
): Promise<string> {
  const id = newId('cred', nowMs)
  const sealed = sealCredential(masterKey, { providerId, credentialId: id }, input.secret)
  await tx.providerCredential.create({
    data: {
      id,
      providerId,
      label: input.label,
      weight: input.weight,
      ...sealed,
      last4: lastFourOf(input.secret),
      createdAt: new Date(nowMs),
    },
    select: { id: true },
  })
  return id
}

/** Retires live credentials, and forgets their secrets: what is not needed any more can't leak. */
export async function retireCredentials(tx: Tx, ids: readonly string[], nowMs: number): Promise<void> {
  await tx.providerCredential.updateMany({
    where: { id: { in: [...ids] }, status: 'active' },
    data: { status: 'retired', retiredAt: new Date(nowMs), ciphertext: Buffer.alloc(0), wrappedKey: Buffer.alloc(0) },
  })
}

/** Active models whose only working routes lead through this provider. */
export async function findModelsOnlyServedBy(tx: Tx, providerId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT m.name
    FROM model m
    WHERE m.status = 'active'
      AND EXISTS (SELECT 1 FROM deployment d WHERE d.model_id = m.id AND d.provider_id = ${providerId} AND d.status = 'active')
      AND NOT EXISTS (
        SELECT 1 FROM deployment d JOIN provider p ON p.id = d.provider_id
        WHERE d.model_id = m.id AND d.provider_id <> ${providerId} AND d.status = 'active' AND p.status = 'active')
    ORDER BY m.name
    LIMIT 5000`
  return rows.map(({ name }) => name)
}

/** Calls booked since, by provider or by model. Reads hourly rollups. */
export async function countCalls(
  tx: Tx,
  by: { readonly provider: string } | { readonly model: string },
  sinceMs: number,
): Promise<number> {
  const sum = await tx.usageHourly.aggregate({
    where: { ...by, start: { gte: new Date(sinceMs) } },
    _sum: { calls: true },
  })
  return Number(sum._sum.calls ?? 0n)
}
