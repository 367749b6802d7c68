/**
 * `Idempotency-Key` on POST: the same key from the same actor with the same request runs once and is answered alike for
 * a day. The kept answer is encrypted under a key of its own purpose, since it may hold a secret that is shown once.
 */
import * as z from 'zod'
import { claimKey, findRecord, forgetKey, keepAnswer } from '#lib/management/store.ts'
import type { Answer } from '#lib/management/write-answer.ts'
import type { Context } from '#lib/platform/context.ts'
import { open, purposeKey, seal, sha256 } from '#lib/platform/crypto.ts'
import { AppError } from '#lib/platform/errors.ts'

const keepMs = 24 * 3_600_000
/** A claim older than this belongs to a process that died: every statement has a shorter time-out. */
const abandonedMs = 60_000

export type IdempotentRequest = {
  readonly actorId: string
  readonly key: string
  readonly method: string
  readonly target: string
  readonly body: Buffer
}

/** The key of a request, null without one. */
export function idempotencyKeyOf(request: Request): string | null {
  const key = request.headers.get('idempotency-key')
  if (key === null || request.method !== 'POST') return null
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new AppError('invalid_request', 'Idempotency-Key takes 1 to 255 printable ASCII characters without spaces.')
  }
  return key
}

/** Runs `work`, or answers what it answered before. A failure and a 429 are not kept: trying again is right. */
export async function runOnce(
  context: Context,
  request: IdempotentRequest,
  work: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly replayed: boolean }> {
  const { db, clock } = context
  const { actorId, key } = request
  const requestHash = sha256(
    JSON.stringify([request.method, request.target, sha256(request.body).toString('hex')]),
  ).toString('hex')
  const now = clock.nowMs()
  const claim = {
    actorId,
    key,
    requestHash,
    nowMs: now,
    expiresAtMs: now + keepMs,
    abandonedBeforeMs: now - abandonedMs,
  }
  if (!(await claimKey(db, claim)))
    return { answer: await earlierAnswer(context, request, requestHash), replayed: true }

  try {
    const answer = await work()
    if (answer.status >= 500 || answer.status === 429) await forgetKey(db, actorId, key, requestHash)
    else
      await keepAnswer(db, { actorId, key, requestHash, status: answer.status, answer: box(context, request, answer) })
    return { answer, replayed: false }
  } catch (error) {
    // Where this fails too, the claim counts as abandoned after a minute.
    await forgetKey(db, actorId, key, requestHash).catch(() => {})
    throw error
  }
}

async function earlierAnswer(context: Context, request: IdempotentRequest, requestHash: string): Promise<Answer> {
  const record = await findRecord(context.db, request.actorId, request.key)
  if (record && record.requestHash !== requestHash) {
    throw new AppError('idempotency_mismatch', 'This Idempotency-Key was used for another request. Use a new one.')
  }
  if (!record || record.answer === null) {
    throw new AppError(
      'idempotency_in_progress',
      'The first request with this Idempotency-Key is still running. Try again shortly.',
    )
  }
  return unbox(context, request, Buffer.from(record.answer))
}

const keptAnswer = z.object({
  status: z.int(),
  body: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
})

function box(context: Context, request: IdempotentRequest, answer: Answer): Buffer {
  return seal(sealingKey(context), Buffer.from(JSON.stringify(answer)), placeOf(request))
}

function unbox(context: Context, request: IdempotentRequest, answer: Buffer): Answer {
  return keptAnswer.parse(JSON.parse(open(sealingKey(context), answer, placeOf(request)).toString('utf8')))
}

function sealingKey(context: Context): Buffer {
  return purposeKey(context.config.masterKey, 'idempotency')
}

function placeOf(request: IdempotentRequest): string {
  return `${request.actorId}\n${request.key}`
}
