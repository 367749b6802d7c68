/* Where the time of a call went. Each step begins where the one before it ended; a step that was not reached is absent. */

export type Timing = {
  /** Milliseconds since the call arrived. */
  readonly admittedMs: number | null
  readonly firstByteMs: number | null
  readonly totalMs: number
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
  const answeredMs = timing.firstByteMs ?? totalMs
  const waited = stream ? 'To first token' : 'To the answer'
  phases.push({
    id: 'first',
    label: timing.firstByteMs === null ? 'Waited for the provider' : waited,
    ms: answeredMs - admittedMs,
  })
  if (timing.firstByteMs !== null) {
    phases.push({ id: 'stream', label: stream ? 'Stream' : 'Body', ms: totalMs - timing.firstByteMs })
  }
  return phases.map((phase) => ({ ...phase, ms: Math.max(0, phase.ms) }))
}
