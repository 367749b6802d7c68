/**
 * The circuits of one process, shared by all its calls. Only places that failed in the last half a minute are in it,
 * so that while all is well a call costs it the look at an empty map.
 *
 * Bound: 4,096 places; the one that was written longest ago makes room, and starts afresh.
 */
import type { CatalogCredential, CatalogDeployment } from '#lib/catalog/snapshot.ts'
import {
  afterAttempt,
  isTelling,
  openedForFailures,
  probing,
  standingOf,
  type AttemptOutcome,
  type Circuit,
  type Standing,
} from '#lib/routing/circuit.ts'
import { countAttempt, createFailureWindow, failsTooOften, type FailureWindow } from '#lib/routing/failure-window.ts'

const mostPlaces = 4_096

export type Place = { readonly deployment: CatalogDeployment; readonly credential: CatalogCredential | null }

type KeptPlace = {
  readonly provider: string
  readonly deployment: string
  readonly circuit: Circuit | undefined
  /** Null where it has not failed of late. */
  readonly window: FailureWindow | null
}

export type Circuits = {
  of(deployment: CatalogDeployment, credential: CatalogCredential | null): Circuit | undefined
  /** `startedMs` is when the attempt began. */
  record(place: Place, outcome: AttemptOutcome, startedMs: number, nowMs: number): void
  /** A call is about to find out whether the place works again. */
  probe(place: Place, nowMs: number): void
  list(): readonly KeptPlace[]
}

export function createCircuits(): Circuits {
  const kept = new Map<string, KeptPlace>()

  function keptOf(deployment: CatalogDeployment, credential: CatalogCredential | null): KeptPlace | undefined {
    return kept.size === 0 ? undefined : kept.get(idOf(deployment, credential))
  }

  function put({ deployment, credential }: Place, circuit: Circuit | undefined, window: FailureWindow | null): void {
    const id = idOf(deployment, credential)
    kept.delete(id)
    if (!circuit && !window) return
    if (kept.size >= mostPlaces) kept.delete(kept.keys().next().value!)
    kept.set(id, { provider: deployment.provider.name, deployment: deployment.id, circuit, window })
  }

  return {
    of: (deployment, credential) => keptOf(deployment, credential)?.circuit,
    record(place, outcome, startedMs, nowMs) {
      const { circuit: before, window: counted = null } = keptOf(place.deployment, place.credential) ?? nothingKept
      const window = isTelling(before, startedMs, nowMs) ? afterCounting(counted, outcome, nowMs) : counted
      const learnt = afterAttempt(before, outcome, startedMs, nowMs)
      const opens = outcome.kind === 'failed' && window !== null && failsTooOften(window)
      const after = opens && standingOf(learnt, nowMs) === 'closed' ? openedForFailures(learnt, nowMs) : learnt
      // What led to its opening has been judged: when it closes again the place begins anew.
      const remembered = standingOf(after, nowMs) === 'open' ? null : window
      if (after !== before || remembered !== counted) put(place, after, remembered)
    },
    probe(place, nowMs) {
      const known = keptOf(place.deployment, place.credential)
      if (known?.circuit) put(place, probing(known.circuit, nowMs), known.window)
    },
    list: () => [...kept.values()],
  }
}

const nothingKept: { readonly circuit?: undefined; readonly window?: undefined } = {}

/** Null where no failure is left in it. What names a time, or says nothing of the place, is not counted. */
function afterCounting(window: FailureWindow | null, outcome: AttemptOutcome, nowMs: number): FailureWindow | null {
  const hasFailed = outcome.kind === 'failed' && outcome.openUntilMs === null
  if (!hasFailed && (window === null || outcome.kind !== 'succeeded')) return window
  const counting = window ?? createFailureWindow(nowMs)
  countAttempt(counting, hasFailed, nowMs)
  return counting.failuresSum > 0 ? counting : null
}

function idOf(deployment: CatalogDeployment, credential: CatalogCredential | null): string {
  return `${deployment.id} ${credential?.id ?? ''}`
}

export type OpenCircuit = { readonly provider: string; readonly deployment: string; readonly state: Standing }

/** What keeps calls away now, for those who watch. */
export function openCircuits(circuits: Circuits, nowMs: number): readonly OpenCircuit[] {
  return circuits
    .list()
    .map(({ provider, deployment, circuit }) => ({ provider, deployment, state: standingOf(circuit, nowMs) }))
    .filter(({ state }) => state !== 'closed')
}
