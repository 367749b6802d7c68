/**
 * Which call of a virtual key has an idempotency key, and what it was answered; in Redis, so that all gateways know. The
 * steps themselves are in idempotency.lua. An answer is sealed under a key that derives from the virtual key's text, which
 * is stored nowhere: who reads Redis reads no answers.
 *
 * Bounds for each virtual key: its newest 1,000 calls and 16 MiB of answers.
 */
import { createHmac } from 'node:crypto'
import { callFunction } from '#lib/limits/functions.ts'
import { leaseMs } from '#lib/limits/turn.ts'
import { open, purposeKey, seal, sha256 } from '#lib/platform/crypto.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

export type KeptAnswer = {
  readonly status: number
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Buffer
}

/** One call that asks for an idempotency key. */
export type Claim = {
  readonly callId: string
  readonly keyId: string
  readonly keyText: string
  readonly idempotencyKey: string
  /** Everything that must be the same when it is sent again. */
  readonly request: readonly (string | Buffer)[]
}

export type Claimed =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'running' | 'used' | 'mismatch'; readonly callId: string }
  | { readonly kind: 'answered'; readonly callId: string; readonly answer: KeptAnswer }

export type IdempotencyClaims = {
  /** Throws when Redis does not answer. */
  claim(claim: Claim): Promise<Claimed>
  /** Nothing was charged: the key may be used again. */
  free(claim: Claim): void
  /** The call was charged. Resolves when that is kept, or is given up for now and tried again. */
  finish(claim: Claim, answer: KeptAnswer | null): Promise<void>
  stop(): void
}

const mostRecords = 1_000
const mostBytes = 16 * 1024 * 1024
const renewEveryMs = 2_000
const renewBatch = 200
const firstRetryMs = 100
/** Beyond that the record has lapsed, and another call may have the key. */
const mostTries = 7

export function createIdempotencyClaims(redis: RedisClient, masterKey: Buffer, ttlMs: number): IdempotencyClaims {
  const digestKey = purposeKey(masterKey, 'idempotency of calls')
  const running = new Map<string, Claim>()

  async function renew(): Promise<void> {
    const claims = [...running.values()]
    for (let i = 0; i < claims.length; i += renewBatch) {
      const part = claims.slice(i, i + renewBatch)
      const records = part.map(recordOf)
      await callFunction(redis, 'gatehouse_idempotency_renew', records, [leaseMs, ...part.map(({ callId }) => callId)])
    }
  }
  // A renewal that fails is made up by the next: a lease outlasts three of them.
  const timer = setInterval(() => void renew().catch(() => {}), renewEveryMs)
  timer.unref()

  /** Keyed: prompts are short enough to be guessed. */
  function requestDigest({ request }: Claim): string {
    const hmac = createHmac('sha256', digestKey)
    for (const part of request) hmac.update(`${part.length}:`).update(part)
    return hmac.digest('base64')
  }

  async function keep(claim: Claim, box: string, tries: number): Promise<void> {
    const index = indexOf(claim)
    try {
      await callFunction(
        redis,
        'gatehouse_idempotency_finish',
        [recordOf(claim), index, `${index}:bytes`],
        [claim.callId, requestDigest(claim), ttlMs, box, digestOf(claim), mostRecords, mostBytes],
      )
      running.delete(claim.callId)
    } catch {
      if (tries >= mostTries) running.delete(claim.callId)
      else setTimeout(() => void keep(claim, box, tries + 1), firstRetryMs * 2 ** tries)
    }
  }

  return {
    async claim(claim) {
      const reply = (await callFunction(
        redis,
        'gatehouse_idempotency_claim',
        [recordOf(claim)],
        [claim.callId, requestDigest(claim), leaseMs],
      )) as [status: string, callId: string, answer?: string]
      const [status, callId, answer] = reply
      if (status === 'CLAIMED') {
        running.set(claim.callId, claim)
        return { kind: 'claimed' }
      }
      if (status === 'RUNNING') return { kind: 'running', callId }
      if (status === 'MISMATCH') return { kind: 'mismatch', callId }
      const opened = answer === undefined ? null : unsealed(claim, answer)
      return opened ? { kind: 'answered', callId, answer: opened } : { kind: 'used', callId }
    },
    free(claim) {
      running.delete(claim.callId)
      // Where Redis does not hear it, the lease ends by itself.
      callFunction(redis, 'gatehouse_idempotency_free', [recordOf(claim)], [claim.callId]).catch(() => {})
    },
    finish: (claim, answer) => keep(claim, answer ? sealed(claim, answer) : '', 0),
    stop: () => clearInterval(timer),
  }
}

function indexOf({ keyId }: Claim): string {
  return `{gh}:idem:${keyId}`
}

function digestOf({ idempotencyKey }: Claim): string {
  return sha256(idempotencyKey).toString('hex').slice(0, 40)
}

function recordOf(claim: Claim): string {
  return `${indexOf(claim)}:${digestOf(claim)}`
}

function sealingKey({ keyText }: Claim): Buffer {
  return purposeKey(Buffer.from(keyText), 'answers of calls')
}

/** Head and body, in base64: Redis' client tells answers as text. */
function sealed(claim: Claim, { status, headers, body }: KeptAnswer): string {
  const head = Buffer.from(`${JSON.stringify([status, headers])}\n`)
  return seal(sealingKey(claim), Buffer.concat([head, body]), recordOf(claim)).toString('base64')
}

/** Null where another secret of the same key has sealed it. */
function unsealed(claim: Claim, box: string): KeptAnswer | null {
  try {
    const plain = open(sealingKey(claim), Buffer.from(box, 'base64'), recordOf(claim))
    const end = plain.indexOf('\n')
    const [status, headers] = JSON.parse(plain.toString('utf8', 0, end)) as [number, string[]]
    return { status, headers, body: plain.subarray(end + 1) }
  } catch {
    return null
  }
}
