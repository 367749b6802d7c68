/**
 * Redis connections. One URL says what it is: `redis://…`, `redis+sentinel://host:port,host:port/master[/db]` or
 * `redis+cluster://host:port,host:port`. Three tempers: on the call path commands fail fast, so that a call is refused
 * within the deadline; the portal waits as long as a person would; workers wait.
 */
import { Cluster, Redis, type RedisOptions } from 'ioredis'

export type RedisClient = Redis | Cluster

/** How long the call path waits for Redis before it acts as if Redis were down. */
export const callPathDeadlineMs = 1_000

const callPath: RedisOptions = {
  // The deadline is withinDeadline's, which can tell a slow Redis from a busy process.
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  connectTimeout: 2_000,
}

const portal: RedisOptions = { commandTimeout: 2_000, maxRetriesPerRequest: 1, connectTimeout: 2_000 }

const patient: RedisOptions = { maxRetriesPerRequest: null, connectTimeout: 5_000 }

const tempers = { 'call path': callPath, portal, patient } as const
export type Temper = keyof typeof tempers

export function openRedis(url: string, temper: Temper): RedisClient {
  const options: RedisOptions = {
    ...tempers[temper],
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  }
  const client = connect(url, options)
  // Without a listener a lost connection would end the process; commands report the failure to their callers.
  client.on('error', () => {})
  if (temper === 'call path') onCallPath.add(client)
  return client
}

const onCallPath = new WeakSet<RedisClient>()
/**
 * On the call path an answer that does not come in time is an error. For other clients, whose options say how long they
 * wait, nothing changes.
 *
 * `send` issues the command. The time counts from `sinceMs` (performance.now), where the caller has waited already.
 * Throws what ioredis throws, or DeadlineError.
 */
export function withinDeadline<T>(
  redis: RedisClient,
  send: () => Promise<T>,
  sinceMs: number = performance.now(),
): Promise<T> {
  if (!onCallPath.has(redis)) return send()
  return deadline(send(), sinceMs + callPathDeadlineMs)
}

export class DeadlineError extends Error {
  constructor() {
    super(`Redis did not answer within ${callPathDeadlineMs} ms`)
    this.name = 'DeadlineError'
  }
}

/** A timer that fires this late was held up by this process, and so may the answer have been: it gets one turn more. */
const lateMs = 10

function deadline<T>(answer: Promise<T>, dueMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        if (performance.now() - dueMs > lateMs) setTimeout(() => reject(new DeadlineError()), lateMs)
        else reject(new DeadlineError())
      },
      Math.max(0, dueMs - performance.now()),
    )
    answer.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error as Error)
      },
    )
  })
}

function connect(url: string, options: RedisOptions): RedisClient {
  if (url.startsWith('redis+sentinel://')) {
    const { hosts, path, password } = splitHosts(url)
    const [name = 'mymaster', db = '0'] = path
    return new Redis({ ...options, sentinels: hosts, name, db: Number(db), ...(password ? { password } : {}) })
  }
  if (url.startsWith('redis+cluster://')) {
    const { hosts, password } = splitHosts(url)
    return new Cluster(hosts, {
      enableOfflineQueue: options.enableOfflineQueue ?? true,
      redisOptions: { ...options, ...(password ? { password } : {}) },
    })
  }
  return new Redis(url, options)
}

// `new URL` knows one host only, so the list is cut out by hand: scheme://[:password@]h:p,h:p/path/…
function splitHosts(url: string): { hosts: { host: string; port: number }[]; path: string[]; password: string | null } {
  const [, rest = ''] = url.split('://')
  const [authority = '', ...path] = rest.split('/')
  const at = authority.lastIndexOf('@')
  const password = at < 0 ? null : decodeURIComponent(authority.slice(0, at).replace(/^[^:]*:/, ''))
  const hosts = authority
    .slice(at + 1)
    .split(',')
    .map((entry) => {
      const [host = '127.0.0.1', port = '6379'] = entry.split(':')
      return { host, port: Number(port) }
    })
  return { hosts, path, password }
}
