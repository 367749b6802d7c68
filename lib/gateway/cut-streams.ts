/**
 * Cuts running streams of keys that may not call any more, where their profile says so (`killStreams`). A look reads the
 * versions behind all such streams in one round trip, whatever their number; only where one has changed is a grant read
 * again and judged.
 */
import type { Grants } from '#lib/gateway/grants.ts'
import { denied } from '#lib/gateway/plan-call.ts'
import type { Refusal, RefusalCode } from '#lib/gateway/refusal.ts'
import type { RunningCalls } from '#lib/gateway/running-calls.ts'
import { withinDeadline } from '#lib/platform/redis-deadline.ts'
import type { RedisClient } from '#lib/platform/redis.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { authorise } from '#lib/policy/rules/authorise.ts'
import { versionKey } from '#lib/policy/versions.ts'

/** A stream that may be cut. */
export type Cuttable = {
  readonly keyText: string
  /** What the stream is allowed by, as far as was looked. */
  grant: Grant
  /** Ends the stream with the refusal in its own format. */
  cut(refusal: Refusal): void
}

export type CutPorts = {
  readonly redis: RedisClient
  readonly grants: Grants
  readonly running: Pick<RunningCalls, 'cuttable'>
  readonly nowMs: () => number
}

const lookEveryMs = 1_500
const mostVersions = 1_000
const mostAtOnce = 20

/** What takes a stream's right to go on. Limits, budgets, models and ends that come by the clock do not. */
const ends: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'key_revoked',
  'key_suspended',
  'key_quarantined',
  'principal_disabled',
])

/** Looks again and again; returns how to stop. */
export function startCutting(ports: CutPorts): () => void {
  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    // Where Redis or PostgreSQL cannot tell, nothing is cut: the next look tries again.
    cutStreams(ports).then(
      () => (isLooking = false),
      () => (isLooking = false),
    )
  }, lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** One look. Throws when Redis or PostgreSQL does not answer. */
async function cutStreams(ports: CutPorts): Promise<void> {
  const streams = ports.running.cuttable()
  if (streams.length === 0) return
  const inForce = await readVersions(
    ports.redis,
    streams.map(({ grant }) => grant),
  )
  const byKey = new Map<string, Cuttable[]>()
  for (const stream of streams) {
    if (isCurrent(stream.grant, inForce)) continue
    byKey.set(stream.keyText, [...(byKey.get(stream.keyText) ?? []), stream])
  }
  const changed = [...byKey]
  for (let i = 0; i < changed.length; i += mostAtOnce) {
    await Promise.all(changed.slice(i, i + mostAtOnce).map(([keyText, those]) => judge(ports, keyText, those, inForce)))
  }
}

type Versions = ReadonlyMap<string, string | null>

async function readVersions(redis: RedisClient, grants: readonly Grant[]): Promise<Versions> {
  const subjects = [...new Set(grants.flatMap(({ versions }) => versions.map(([subject]) => subject)))]
  const read = new Map<string, string | null>()
  for (let i = 0; i < subjects.length; i += mostVersions) {
    const part = subjects.slice(i, i + mostVersions)
    const versions = await withinDeadline(redis, () => redis.mget(part.map(versionKey)))
    for (const [n, subject] of part.entries()) read.set(subject, versions[n] ?? null)
  }
  return read
}

/** What Redis does not know was lost there, and says nothing. */
function isCurrent({ versions }: Grant, inForce: Versions): boolean {
  return versions.every(([subject, version]) => (inForce.get(subject) ?? version) === version)
}

async function judge(
  { grants, nowMs }: CutPorts,
  keyText: string,
  streams: readonly Cuttable[],
  inForce: Versions,
): Promise<void> {
  let known = await grants.identify(keyText)
  if (known && !isCurrent(known.grant, inForce)) {
    await grants.refresh(known.digest)
    known = await grants.identify(keyText)
  }
  const refusal = known ? endOf(known.grant, nowMs()) : secretEnded
  for (const stream of streams) {
    if (refusal) stream.cut(told(refusal))
    else if (known) stream.grant = known.grant
  }
}

function endOf(grant: Grant, nowMs: number): Refusal | null {
  // The key and whom it belongs to are judged first, whatever is asked for.
  const anything = {
    address: null,
    endpoint: 'chat' as const,
    modelName: null,
    providerName: null,
    region: null,
    upstream: null,
  }
  const verdict = authorise(grant, anything, nowMs)
  if (verdict.allowed) return null
  const { refusal } = denied(verdict)
  return ends.has(refusal.code) ? refusal : null
}

const secretEnded: Refusal = { code: 'key_revoked', message: 'The secret of this key has ended.' }

function told(refusal: Refusal): Refusal {
  return { ...refusal, message: `${refusal.message} The stream was cut; what it had produced is charged.` }
}
