/** PostgreSQL and Redis that the operator brings: reachable and new enough, or one line that says what is wrong. */
import pg from 'pg'
import { StartError } from '#lib/platform/embedded/start-error.ts'
import { openRedis } from '#lib/platform/redis.ts'

const connectTimeoutMs = 5_000
const oldestRedis = 7

export async function checkDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw new StartError(
      `DATABASE_URL: expected a PostgreSQL that answers at ${placeOf(url)}, got: ${reasonOf(error)}; without DATABASE_URL, Gatehouse brings its own`,
      { cause: error },
    )
  } finally {
    await client.end().catch(() => {})
  }
}

export async function checkRedis(url: string): Promise<void> {
  const client = openRedis(url, 'patient')
  let last: unknown = 'no answer'
  client.on('error', (error) => (last = error))
  try {
    const info = await withTimeout(client.info('server'))
    const version = /redis_version:(\d+)/.exec(info)?.[1] ?? '0'
    if (Number(version) < oldestRedis) {
      throw new StartError(
        `REDIS_URL: expected Redis ${oldestRedis} or newer at ${placeOf(url)}, got version ${version}; without REDIS_URL, Gatehouse brings its own`,
      )
    }
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(
      `REDIS_URL: expected a Redis that answers at ${placeOf(url)}, got: ${reasonOf(last)}; without REDIS_URL, Gatehouse brings its own`,
      { cause: error },
    )
  } finally {
    client.disconnect()
  }
}

function withTimeout<T>(answer: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('no answer')), connectTimeoutMs).unref()
  })
  return Promise.race([answer, late])
}

/** Host and port, never user and password. */
function placeOf(url: string): string {
  return url.replace(/^[^:]+:\/\/(.*@)?/, '').split('/')[0] ?? ''
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message ?? String(error)
}
