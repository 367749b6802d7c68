/**
 * How many attempts at a place failed of late: a window of 30 seconds that slides in steps of three. It is counted in
 * place, in as many numbers as there are steps, so that counting costs neither memory nor a look at the past.
 *
 * A window begins with a failure. What worked before is not in it, for nothing is kept of a place that works.
 */
const steps = 10
const stepMs = 3_000
/** With fewer attempts than this a share says nothing. */
const leastAttempts = 20
const mostFailing = 0.5

export type FailureWindow = {
  /** By step, in a ring. */
  readonly attempts: Uint32Array
  readonly failures: Uint32Array
  /** The step that is counted now, since 1970. */
  step: number
  attemptsSum: number
  failuresSum: number
}

export function createFailureWindow(nowMs: number): FailureWindow {
  return {
    attempts: new Uint32Array(steps),
    failures: new Uint32Array(steps),
    step: Math.floor(nowMs / stepMs),
    attemptsSum: 0,
    failuresSum: 0,
  }
}

/** Counts an attempt that ended now. */
export function countAttempt(window: FailureWindow, hasFailed: boolean, nowMs: number): void {
  slide(window, Math.floor(nowMs / stepMs))
  const at = window.step % steps
  window.attempts[at]! += 1
  window.attemptsSum += 1
  if (!hasFailed) return
  window.failures[at]! += 1
  window.failuresSum += 1
}

/** Whether a place that failed so often of late would probably fail again. */
export function failsTooOften({ attemptsSum, failuresSum }: FailureWindow): boolean {
  return attemptsSum >= leastAttempts && failuresSum >= attemptsSum * mostFailing
}

function slide(window: FailureWindow, step: number): void {
  const passed = step - window.step
  if (passed === 0) return
  // A clock that was set back by a moment changes nothing; by more, and nobody knows how old the counts are.
  if (passed < 0 && passed > -steps) return
  for (let i = 1; i <= Math.min(Math.abs(passed), steps); i++) {
    const at = (window.step + i) % steps
    window.attemptsSum -= window.attempts[at]!
    window.failuresSum -= window.failures[at]!
    window.attempts[at] = 0
    window.failures[at] = 0
  }
  window.step = step
}
