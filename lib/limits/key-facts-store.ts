/** Queries behind "how much is left": which keys, and the digest that a grant is found by. */
import type { Db } from '#lib/platform/db.ts'

const columns = {
  id: true,
  name: true,
  status: true,
  teamId: true,
  ownerUserId: true,
  // The newest secret: one in its grace leads to the same grant, but ends.
  secrets: { select: { digest: true, last4: true }, orderBy: { createdAt: 'desc' }, take: 1 },
} as const

export type KeyRow = NonNullable<Awaited<ReturnType<typeof findKey>>>

export function findKey(db: Db, id: string) {
  return db.virtualKey.findUnique({ where: { id }, select: columns })
}

/** A person's keys that can be called with, or could again. */
export function findUsableKeysOf(db: Db, ownerUserId: string, most: number): Promise<KeyRow[]> {
  return db.virtualKey.findMany({
    where: { ownerUserId, status: { in: ['active', 'suspended', 'quarantined'] } },
    select: columns,
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: most,
  })
}
