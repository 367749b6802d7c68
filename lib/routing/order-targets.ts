/** The order in which a call's targets are tried: by rank, and within a rank by chance in proportion to weight. Pure. */
import type { NanosPerMillion } from '#lib/catalog/contract.ts'
import type { CatalogDeployment } from '#lib/catalog/snapshot.ts'
import type { Operation } from '#lib/formats/contract.ts'

export type RouteTarget = {
  readonly deployment: CatalogDeployment
  /** What its provider is asked: the caller's operation, or the one that it is translated to. */
  readonly operation: Operation
  /** What the call costs if this target serves it, as of admission. */
  readonly price: RoutePrice
}

/** A price version, or `unpriced`: then nothing that is used has a price, and the ledger says so. */
export type RoutePrice = { readonly id: string | null; readonly nanosPerMillion: NanosPerMillion }

export const unpriced: RoutePrice = { id: null, nanosPerMillion: {} }

/** `random` is in [0, 1). The first of each rank is drawn by weight, the others follow heaviest first. */
export function orderTargets(targets: readonly RouteTarget[], random: number): readonly RouteTarget[] {
  if (targets.length < 2) return targets
  const ranks = new Map<number, RouteTarget[]>()
  for (const target of targets) {
    const rank = ranks.get(target.deployment.rank)
    if (rank) rank.push(target)
    else ranks.set(target.deployment.rank, [target])
  }
  return [...ranks.entries()]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([, rank]) =>
      drawFirst(
        rank.toSorted((a, b) => b.deployment.weight - a.deployment.weight),
        random,
      ),
    )
}

function drawFirst(rank: readonly RouteTarget[], random: number): RouteTarget[] {
  const total = rank.reduce((sum, target) => sum + target.deployment.weight, 0)
  let point = random * total
  const drawn = rank.find((target) => (point -= target.deployment.weight) < 0) ?? rank[0]!
  return [drawn, ...rank.filter((target) => target !== drawn)]
}
