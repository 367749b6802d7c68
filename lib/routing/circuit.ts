/**
 * The health of one place, which is a deployment with a credential, as data. Pure.
 *
 * Nothing is kept of a place that works: its circuit is undefined, and a good answer leaves it so. Five failures in a row
 * open a circuit, or half of the attempts of late (failure-window.ts), for a second at first and twice as long each time;
 * then one call probes. A provider that names a time is left alone exactly so long.
 */
export type Circuit = {
  /** In a row. */
  readonly failures: number
  /** How often it has opened since the place last worked. */
  readonly openings: number
  readonly openedAtMs: number
  /** 0 where it has not opened. */
  readonly openUntilMs: number
  /** The provider itself takes no calls until then; else we only think that it would fail. */
  readonly rateLimited: boolean
  /** Until when one call is trusted to find out whether the place works again; 0 where none tries. */
  readonly probeUntilMs: number
}

export type AttemptOutcome =
  /** A head came that is the caller's: the place works. */
  | { readonly kind: 'answered' }
  /** The answer came whole. */
  | { readonly kind: 'succeeded' }
  /** It says nothing of the place: the caller went away, or asked for something that is not there. */
  | { readonly kind: 'unknown' }
  /** `openUntilMs` opens the circuit at once; `rateLimited` where the provider has named that time with its 429. */
  | { readonly kind: 'failed'; readonly openUntilMs: number | null; readonly rateLimited: boolean }

/**
 * closed: calls go. cooling: the provider takes none. open: it would probably fail, or one call is finding out.
 * half-open: one call may find out.
 */
export type Standing = 'closed' | 'cooling' | 'open' | 'half-open'

const failuresToOpen = 5
const firstOpenMs = 1_000
const longestOpenMs = 30_000
/** No provider is believed to be away for longer. */
const longestNamedMs = 5 * 60_000
/** A probe that has told nothing for so long is given up, and the next call probes. */
const probeMs = 30_000

const unblemished: Circuit = {
  failures: 0,
  openings: 0,
  openedAtMs: 0,
  openUntilMs: 0,
  rateLimited: false,
  probeUntilMs: 0,
}

export function standingOf(circuit: Circuit | undefined, nowMs: number): Standing {
  if (!circuit || circuit.openUntilMs === 0) return 'closed'
  // Before it opened: the clock was set back, and nobody knows for how long it would stay open.
  const isOpen = nowMs >= circuit.openedAtMs && nowMs < circuit.openUntilMs
  if (circuit.rateLimited) return isOpen ? 'cooling' : 'closed'
  return isOpen || nowMs < circuit.probeUntilMs ? 'open' : 'half-open'
}

/** The circuit while the call that may probe it is under way. */
export function probing(circuit: Circuit, nowMs: number): Circuit {
  return { ...circuit, probeUntilMs: nowMs + probeMs }
}

/** Whether an attempt that began at `startedMs` tells how often the place fails: probes and last resorts do not. */
export function isTelling(circuit: Circuit | undefined, startedMs: number, nowMs: number): boolean {
  return circuit === undefined || (startedMs >= circuit.openedAtMs && standingOf(circuit, nowMs) === 'closed')
}

/** The circuit of a place that was closed and fails too often. */
export function openedForFailures(circuit: Circuit | undefined, nowMs: number): Circuit {
  return openedAgain(circuit ?? unblemished, nowMs)
}

/** The circuit after an attempt that began at `startedMs`; undefined where there is nothing to remember. */
export function afterAttempt(
  circuit: Circuit | undefined,
  outcome: AttemptOutcome,
  startedMs: number,
  nowMs: number,
): Circuit | undefined {
  // What began before the circuit opened says nothing of how the place is now.
  const isLate = circuit !== undefined && startedMs < circuit.openedAtMs
  switch (outcome.kind) {
    case 'succeeded':
      return isLate ? circuit : undefined
    case 'answered':
      return isLate || circuit?.openUntilMs === 0 ? circuit : undefined
    case 'unknown':
      return isLate || !circuit?.probeUntilMs ? circuit : { ...circuit, probeUntilMs: 0 }
    case 'failed': {
      const { openUntilMs, rateLimited } = outcome
      if (openUntilMs !== null) return openedUntil(circuit, openUntilMs, rateLimited, nowMs)
      return isLate ? circuit : failedAgain(circuit ?? unblemished, nowMs)
    }
  }
}

function openedUntil(
  circuit: Circuit = unblemished,
  askedMs: number,
  rateLimited: boolean,
  nowMs: number,
): Circuit | undefined {
  const untilMs = Math.min(askedMs, nowMs + longestNamedMs)
  const standing = standingOf(circuit, nowMs)
  // Of two answers the one that says more counts: a time that the provider named, then the later time.
  if (standing === 'cooling' && (!rateLimited || circuit.openUntilMs >= untilMs)) return circuit
  return {
    failures: circuit.failures,
    openings: circuit.openings,
    openedAtMs: nowMs,
    openUntilMs: untilMs,
    rateLimited,
    probeUntilMs: 0,
  }
}

function failedAgain(circuit: Circuit, nowMs: number): Circuit {
  const failures = circuit.failures + 1
  // An attempt while it is open was the last resort of a call that had no other; its failure is no news.
  if (circuit.openUntilMs > nowMs) return circuit
  const wasProbe = circuit.openUntilMs > 0 && !circuit.rateLimited
  if (!wasProbe && failures < failuresToOpen) return { ...unblemished, failures, openings: circuit.openings }
  return openedAgain({ ...circuit, failures }, nowMs)
}

function openedAgain(circuit: Circuit, nowMs: number): Circuit {
  return {
    failures: circuit.failures,
    openings: circuit.openings + 1,
    openedAtMs: nowMs,
    openUntilMs: nowMs + Math.min(firstOpenMs * 2 ** circuit.openings, longestOpenMs),
    rateLimited: false,
    probeUntilMs: 0,
  }
}
