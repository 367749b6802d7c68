/**
 * Redis connections. One URL says what it is: `redis://…`, `redis+sentinel://host:port,host:port/master[/db]` or
 * `redis+cluster://host:port,host:port`. Three tempers: on the call path commands fail fast, so that a call is refused
 * within the deadline; the portal waits as long as a person would; workers wait.
 */
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { watchDeadline } from '#lib/platform/redis-deadline.ts'

export type RedisClient = Redis | Cluster

/** How long the call path waits for Redis before it acts as if Redis were down, where no setting says otherwise. */
export const defaultDeadlineMs = 250

const callPath: RedisOptions = {
  // The deadline is redis-deadline.ts', which can tell a slow Redis from a busy process.
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  connectTimeout: 2_000,
}

const portal: RedisOptions = { commandTimeout: 2_000, maxRetriesPerRequest: 1, connectTimeout: 2_000 }

const patient: RedisOptions = { maxRetriesPerRequest: null, connectTimeout: 5_000 }

const tempers = { 'call path': callPath, portal, patient } as const
export type Temper = keyof typeof tempers

/** `deadlineMs` is the call path's. */
export function openRedis(url: string, temper: Temper, deadlineMs: number = defaultDeadlineMs): RedisClient {
  const options: RedisOptions = {
    ...tempers[temper],
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  }
  const client = connect(url, options)
  // Without a listener a lost connection would end the process; commands report the failure to their callers.
  client.on('error', () => {})
  if (temper === 'call path') watchDeadline(client, deadlineMs)
  return client
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
