/**
 * One worker process: drains the usage stream, keeps the beat of every second, and runs scheduled jobs. Any number may
 * run at once. It outlives outages of Redis and PostgreSQL, and leaves within ten seconds when told to.
 */
import os from 'node:os'
import type { JobHandlers } from '#lib/jobs/contract.ts'
import { cleanUp } from '#lib/jobs/clean-up.ts'
import { compareRollups } from '#lib/jobs/compare-rollups.ts'
import { dropOldMonths } from '#lib/jobs/drop-old-months.ts'
import { ensurePartitions } from '#lib/jobs/ensure-partitions.ts'
import { expireKeys } from '#lib/jobs/expire-keys.ts'
import { expireIdleKeys } from '#lib/jobs/expire-idle-keys.ts'
import { inspectUsageStream } from '#lib/jobs/inspect-usage-stream.ts'
import { releaseQuarantines } from '#lib/jobs/release-quarantines.ts'
import { raiseAlerts, raiseSlowAlerts } from '#lib/jobs/raise-alerts.ts'
import { openSchedules, startJobWorker } from '#lib/jobs/queue.ts'
import { reconcileAllBudgets } from '#lib/jobs/reconcile-budgets.ts'
import { restoreState } from '#lib/jobs/restore-state.ts'
import { watchMemory } from '#lib/jobs/watch-memory.ts'
import { startTicker, type Tick } from '#lib/jobs/ticker.ts'
import { startDrain } from '#lib/ledger/drain-usage.ts'
import { forgetLimits } from '#lib/limits/forget.ts'
import { sweepHolds } from '#lib/limits/sweep.ts'
import { systemClock } from '#lib/platform/clock.ts'
import type { Config } from '#lib/platform/config.ts'
import type { Context } from '#lib/platform/context.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'
import { createLog } from '#lib/platform/log.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { publishPending } from '#lib/policy/versions.ts'
import { endRequests } from '#lib/requests/end-requests.ts'

export type RunningWorker = {
  /** Usage events that this process has booked. */
  readonly booked: () => number
  /** Finishes what is in hand, leaves the rest to others, closes every connection. */
  stop(): Promise<void>
}

/** While one lane waits for PostgreSQL, the other reads and checks its batch. */
const lanes = 2
const drainMs = 8_000

const handlers: JobHandlers<Context> = {
  'inspect-usage-stream': inspectUsageStream,
  'expire-keys': expireKeys,
  'release-quarantines': releaseQuarantines,
  'expire-idle-keys': expireIdleKeys,
  'ensure-partitions': ensurePartitions,
  'drop-old-months': dropOldMonths,
  'compare-rollups': compareRollups,
  'reconcile-budgets': reconcileAllBudgets,
  'raise-alerts': raiseAlerts,
  'raise-slow-alerts': raiseSlowAlerts,
  'clean-up': cleanUp,
}

type Part = { readonly stop: () => Promise<void> }

export function startWorker(config: Config): RunningWorker {
  const log = createLog('worker', config.logLevel)
  const name = `${os.hostname()}:${process.pid}:${newId('req').slice(-6)}`
  const { db, sql, close } = openDatabase(config.databaseUrl)
  const clients: RedisClient[] = []
  const connect = () => {
    const client = openRedis(config.redisUrl, 'patient')
    clients.push(client)
    return client
  }
  const redis = connect()
  const context: Context = { config, db, sql, redis, clock: systemClock, log }

  const drains = Array.from({ length: lanes }, (_, lane) =>
    startDrain({ sql, redis, reader: connect(), consumer: `${name}:${lane}`, log, nowMs: systemClock.nowMs }),
  )
  const schedules = openSchedules(connect())
  const jobWorker = startJobWorker({ connection: connect(), log, context, handlers })
  const ticks: Tick[] = [
    { name: 'sweep-holds', everyMs: 1_000, run: () => sweepHolds(redis, systemClock.nowMs()) },
    { name: 'restore-state', everyMs: 1_000, run: () => restoreState(context) },
    { name: 'watch-memory', everyMs: 10_000, run: () => watchMemory(context) },
    { name: 'forget-limits', everyMs: 10_000, run: () => forgetLimits(redis) },
    { name: 'publish-policy-versions', everyMs: 500, run: () => publishPending(db, redis) },
    { name: 'end-requests', everyMs: 1_000, run: () => endRequests(context) },
    { name: 'keep-schedules', everyMs: 30_000, run: () => schedules.ensure() },
  ]
  const tickers = ticks.map((tick) => startTicker({ redis, owner: name, log }, tick))
  log.info({ worker: name }, 'worker started')

  const parts: Part[] = [...drains, ...tickers, { stop: () => jobWorker.close(false) }]
  const stop = async () => {
    // What waits for a dependency that is away cannot be waited for: its entries stay in the stream for the next worker.
    const drained = Promise.all(parts.map((part) => part.stop()))
    await Promise.race([drained, after(drainMs)])
    await Promise.race([jobWorker.close(true).catch(() => {}), after(500)])
    await Promise.race([schedules.close().catch(() => {}), after(500)])
    for (const client of clients) client.disconnect()
    await Promise.race([close(), after(500)])
    log.info({ worker: name }, 'worker stopped')
  }
  let stopping: Promise<void> | undefined
  return {
    booked: () => drains.reduce((sum, drain) => sum + drain.booked(), 0),
    stop: () => (stopping ??= stop()),
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
