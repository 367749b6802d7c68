/** The life of a key: which status it is in now, and which steps lead on from there. */
import type { KeyStatus } from '#lib/keys/contract.ts'

/** A key past its time is expired whether or not a job has written that down. */
export function statusNow(stored: KeyStatus, expiresAtMs: number | null, nowMs: number): KeyStatus {
  const runsOut = stored === 'active' || stored === 'suspended' || stored === 'pending'
  return runsOut && expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : stored
}

export type KeyStep = 'suspend' | 'resume' | 'revoke' | 'quarantine' | 'release'

type Way = {
  readonly from: readonly KeyStatus[]
  readonly to: KeyStatus
  /** The past tense, for messages and the audit log. */
  readonly done: string
}

/** Revoked is the end: nothing leads on from it. `release` leads back to where quarantine found the key. */
export const keySteps: Readonly<Record<KeyStep, Way>> = {
  suspend: { from: ['active'], to: 'suspended', done: 'suspended' },
  resume: { from: ['suspended'], to: 'active', done: 'resumed' },
  revoke: { from: ['pending', 'active', 'suspended', 'quarantined', 'expired'], to: 'revoked', done: 'revoked' },
  quarantine: { from: ['active', 'suspended'], to: 'quarantined', done: 'quarantined' },
  release: { from: ['quarantined'], to: 'active', done: 'released' },
}

export type StepVerdict =
  | { readonly kind: 'changes'; readonly to: KeyStatus }
  /** It is where the step leads already: doing it again is harmless. */
  | { readonly kind: 'nothing to do' }
  | { readonly kind: 'impossible'; readonly message: string }

export function judgeStep(step: KeyStep, status: KeyStatus): StepVerdict {
  const way = keySteps[step]
  if (way.from.includes(status)) return { kind: 'changes', to: way.to }
  if (status === way.to) return { kind: 'nothing to do' }
  return { kind: 'impossible', message: `A key that is ${status} cannot be ${way.done}.` }
}

/** Whether secrets and settings of a key in this status may still change. */
export function isAlive(status: KeyStatus): boolean {
  return status === 'active' || status === 'suspended' || status === 'pending'
}
