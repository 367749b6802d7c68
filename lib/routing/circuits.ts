/**
 * The circuits of one process, shared by all its calls. Only places that failed lately are in it, so that while all is
 * well a call costs it the look at an empty map.
 *
 * Bound: 4,096 places; the one that was written longest ago makes room, and starts afresh.
 */
import type { CatalogCredential, CatalogDeployment } from '#lib/catalog/snapshot.ts'
import {
  afterAttempt,
  probing,
  standingOf,
  type AttemptOutcome,
  type Circuit,
  type Standing,
} from '#lib/routing/circuit.ts'

const mostPlaces = 4_096

export type Place = { readonly deployment: CatalogDeployment; readonly credential: CatalogCredential | null }

type KeptCircuit = { readonly provider: string; readonly deployment: string; readonly circuit: Circuit }

export type Circuits = {
  of(deployment: CatalogDeployment, credential: CatalogCredential | null): Circuit | undefined
  /** `startedMs` is when the attempt began. */
  record(place: Place, outcome: AttemptOutcome, startedMs: number, nowMs: number): void
  /** A call is about to find out whether the place works again. */
  probe(place: Place, nowMs: number): void
  list(): readonly KeptCircuit[]
}

export function createCircuits(): Circuits {
  const kept = new Map<string, KeptCircuit>()

  function put({ deployment, credential }: Place, circuit: Circuit | undefined): void {
    const id = idOf(deployment, credential)
    kept.delete(id)
    if (!circuit) return
    if (kept.size >= mostPlaces) kept.delete(kept.keys().next().value!)
    kept.set(id, { provider: deployment.provider.name, deployment: deployment.id, circuit })
  }

  const of = (deployment: CatalogDeployment, credential: CatalogCredential | null): Circuit | undefined =>
    kept.size === 0 ? undefined : kept.get(idOf(deployment, credential))?.circuit

  return {
    of,
    record(place, outcome, startedMs, nowMs) {
      const before = of(place.deployment, place.credential)
      const after = afterAttempt(before, outcome, startedMs, nowMs)
      if (after !== before) put(place, after)
    },
    probe(place, nowMs) {
      const circuit = of(place.deployment, place.credential)
      if (circuit) put(place, probing(circuit, nowMs))
    },
    list: () => [...kept.values()],
  }
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
