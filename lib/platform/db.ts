/**
 * PostgreSQL: Prisma for entities, a plain pg pool for SQL that Prisma says badly (rollups, locks, reports).
 * Every statement has a time-out; a connection that cannot be had within five seconds is an error, not a wait.
 */
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient, type Prisma } from '#lib/platform/generated/prisma/client.ts'

export type Db = PrismaClient
/** Inside `db.$transaction`. */
export type Tx = Prisma.TransactionClient
export type SqlPool = pg.Pool
export type SqlClient = pg.PoolClient

export type Database = { readonly db: Db; readonly sql: SqlPool; close(): Promise<void> }

// int8 arrives as bigint: counts and money must not pass through a double. For this pool only, since Prisma's adapter
// builds on pg's own parsers and refuses a value that is a bigint already.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? BigInt : pg.types.getTypeParser(oid, format)),
}

const statementTimeoutMs = 15_000
const connectTimeoutMs = 5_000

/** `longestMs`: of a statement and of a pause inside a transaction; 0 for work that nobody waits for. */
export function openDatabase(url: string, connections: number = 10, longestMs: number = statementTimeoutMs): Database {
  const options = {
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: longestMs,
    idle_in_transaction_session_timeout: longestMs,
  }
  const db = new PrismaClient({ adapter: new PrismaPg(options) })
  const sql = new pg.Pool({ ...options, types })
  // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
  sql.on('error', () => {})
  return {
    db,
    sql,
    close: async () => {
      await Promise.all([db.$disconnect(), sql.end()])
    },
  }
}
