/** BullMQ, from both ends: the schedules that put jobs into the queue, and the worker that runs them. */
import { Queue, Worker, type Job } from 'bullmq'
import {
  jobs,
  maintenanceQueue,
  queuePrefix,
  type JobHandlers,
  type JobName,
  type JobPayload,
} from '#lib/jobs/contract.ts'
import type { Log } from '#lib/platform/log.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

export type Schedules = {
  /** Puts back what is missing or has another interval; idempotent. Redis may have been emptied meanwhile. */
  ensure(): Promise<void>
  close(): Promise<void>
}

const retryAfterMs = 5_000
const kept = { removeOnComplete: { count: 50 }, removeOnFail: { count: 200 } }

export function openSchedules(connection: RedisClient): Schedules {
  const queue = new Queue(maintenanceQueue, { connection, prefix: queuePrefix })
  queue.on('error', () => {})
  return {
    ensure: async () => {
      const present = await queue.getJobSchedulers(0, -1)
      const intervals = new Map(present.map((one) => [one.key, Number(one.every)]))
      for (const [name, { everyMs, attempts }] of Object.entries(jobs)) {
        if (intervals.get(name) === everyMs) continue
        const opts = { attempts, backoff: { type: 'exponential', delay: retryAfterMs }, ...kept }
        await queue.upsertJobScheduler(name, { every: everyMs }, { name, data: {}, opts })
      }
      // A job that this version no longer has would fail for ever.
      for (const { key } of present) if (!isJobName(key)) await queue.removeJobScheduler(key)
    },
    close: () => queue.close(),
  }
}

export type JobWorker = { close(force: boolean): Promise<void> }

export function startJobWorker<Context>(ports: {
  readonly connection: RedisClient
  readonly log: Log
  readonly context: Context
  readonly handlers: JobHandlers<Context>
}): JobWorker {
  const { connection, log, context, handlers } = ports
  const worker = new Worker(maintenanceQueue, (job) => runJob(job, context, handlers), {
    connection,
    prefix: queuePrefix,
    concurrency: 2,
  })
  // Lost connections come back by themselves; without a listener they would end the process. An outage says so once, and
  // then ever more seldom.
  let troubles = 0
  worker.on('ready', () => {
    troubles = 0
  })
  worker.on('error', (error) => {
    troubles += 1
    if (Number.isInteger(Math.log2(troubles))) log.warn({ error: String(error), troubles }, 'job queue')
  })
  worker.on('failed', (job, error) =>
    log.error({ job: job?.name, tries: job?.attemptsMade, error: String(error) }, 'job failed'),
  )
  return { close: (force) => worker.close(force) }
}

async function runJob<Context>(job: Job, context: Context, handlers: JobHandlers<Context>): Promise<unknown> {
  // A newer worker's job may meet an older one for as long as a deployment takes.
  if (!isJobName(job.name)) return { skipped: true }
  return runNamed(job.name, job.data, context, handlers)
}

function runNamed<Context, Name extends JobName>(
  name: Name,
  data: unknown,
  context: Context,
  handlers: JobHandlers<Context>,
): Promise<unknown> {
  // The compiler does not see that payload and handler belong to the same name.
  const payload = jobs[name].payload.parse(data) as JobPayload<Name>
  return handlers[name](context, payload)
}

function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name)
}
