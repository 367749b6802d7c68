/** Every query on the audit chain. Rows are only ever added: a trigger refuses anything else. */
import type { ChainedEntry, JsonValue } from '#lib/audit/rules/entry-hash.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'

/** 'gh_audit' as bytes: the number of the one advisory lock that orders the chain. */
const chainLock = 0x67685f6175646974n

export type StoredEntry = ChainedEntry & { readonly prevHash: Uint8Array; readonly hash: Uint8Array }

/** Waits for every other writer to commit or roll back. Released at the end of the transaction. */
export async function lockChain(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${chainLock})`
}

export type Tail = { readonly now: Date; readonly last: { readonly seq: bigint; readonly hash: Uint8Array } | null }

/**
 * The last entry, and the time for the next one: the database's clock under the lock, never before the last entry's, so
 * that times rise with `seq` whichever process writes.
 */
export async function readTail(tx: Tx): Promise<Tail> {
  const [row] = await tx.$queryRaw<{ now: Date; seq: bigint | null; hash: Uint8Array | null }[]>`
    SELECT date_trunc('milliseconds', greatest(clock_timestamp(), last.at)) AS now, last.seq, last.hash
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (SELECT seq, at, hash FROM audit_entry ORDER BY seq DESC LIMIT 1) AS last ON true`
  if (!row) throw new Error('PostgreSQL answered no row to a query that always has one')
  return { now: row.now, last: row.seq === null || row.hash === null ? null : { seq: row.seq, hash: row.hash } }
}

export async function appendEntry(tx: Tx, entry: StoredEntry): Promise<void> {
  await tx.auditEntry.create({
    data: {
      ...entry,
      before: jsonColumn(entry.before),
      after: jsonColumn(entry.after),
      prevHash: Uint8Array.from(entry.prevHash),
      hash: Uint8Array.from(entry.hash),
    },
    select: { seq: true },
  })
}

function jsonColumn(value: JsonValue): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null ? Prisma.DbNull : (value as Prisma.InputJsonValue)
}

const entryFields = {
  seq: true,
  at: true,
  actorType: true,
  actorId: true,
  actorName: true,
  action: true,
  targetType: true,
  targetId: true,
  targetName: true,
  summary: true,
  before: true,
  after: true,
  ip: true,
  requestId: true,
  prevHash: true,
  hash: true,
} as const

export async function findEntry(db: Db, seq: bigint) {
  return db.auditEntry.findUnique({ where: { seq }, select: entryFields })
}

export type EntryRow = NonNullable<Awaited<ReturnType<typeof findEntry>>>

/** In order, from `from` (inclusive). The primary key carries it. */
export async function entriesInOrder(
  db: Db,
  range: { from: bigint; to: bigint | null; limit: number },
): Promise<EntryRow[]> {
  return db.auditEntry.findMany({
    where: { seq: { gte: range.from, ...(range.to === null ? {} : { lte: range.to }) } },
    orderBy: { seq: 'asc' },
    take: range.limit,
    select: entryFields,
  })
}

export type EntryFilter = {
  readonly actions: readonly string[] | undefined
  readonly actorIds: readonly string[] | undefined
  readonly actorTypes: readonly string[] | undefined
  readonly targetTypes: readonly string[] | undefined
  readonly targetIds: readonly string[] | undefined
  readonly from: Date | undefined
  readonly to: Date | undefined
  /** Already escaped for LIKE. */
  readonly text: string | undefined
}

export type EntryPage = { readonly direction: 'asc' | 'desc'; readonly after: bigint | null; readonly limit: number }

export async function filteredEntries(db: Db, filter: EntryFilter, page: EntryPage): Promise<EntryRow[]> {
  const { text, from, to } = filter
  const oneOf = (values: readonly string[] | undefined) => (values ? { in: [...values] } : undefined)
  const contains = text === undefined ? undefined : { contains: text, mode: 'insensitive' as const }
  const beyond = page.after === null ? undefined : page.direction === 'asc' ? { gt: page.after } : { lt: page.after }
  return db.auditEntry.findMany({
    where: {
      seq: beyond,
      action: oneOf(filter.actions),
      actorId: oneOf(filter.actorIds),
      actorType: oneOf(filter.actorTypes),
      targetType: oneOf(filter.targetTypes),
      targetId: oneOf(filter.targetIds),
      at: from || to ? { gte: from, lt: to } : undefined,
      OR: contains && [{ summary: contains }, { targetName: contains }, { actorName: contains }, { action: contains }],
    },
    orderBy: { seq: page.direction },
    take: page.limit,
    select: entryFields,
  })
}
