/* Where the time of a call went. Each step begins where the one before it ended; a step that was not reached is absent. */

export type Timing = {
  /** Milliseconds since the call arrived. */
  readonly admittedMs: number | null
  readonly firstByteMs: number | null
  readonly totalMs: number
  /** By how much the gateway's clock was ahead, where that was too much. */
  readonly clockAheadMs?: number | undefined
}

export type Phase = {
  readonly id: 'admission' | 'first' | 'stream'
  readonly label: string
  readonly ms: number
}

export function timingPhases(timing: Timing, stream: boolean): readonly Phase[] {
  const { totalMs } = timing
  const admittedMs = timing.admittedMs ?? totalMs
  const phases: Phase[] = [{ id: 'admission', label: 'Admission', ms: admittedMs }]
  if (timing.admittedMs === null) return phases
  const firstByteMs = timing.firstByteMs
  if (firstByteMs === null) {
    phases.push({ id: 'first', label: 'Waited for the provider', ms: totalMs - admittedMs })
  } else if (stream) {
    phases.push({ id: 'first', label: 'To first token', ms: firstByteMs - admittedMs })
    phases.push({ id: 'stream', label: 'Stream', ms: totalMs - firstByteMs })
  } else {
    phases.push({ id: 'stream', label: 'To the answer', ms: totalMs - admittedMs })
  }
  return phases.map((phase) => ({ ...phase, ms: Math.max(0, phase.ms) }))
}
