/** Names for a model that nothing else has. Names and aliases are unique among each other. */
import { findNameHolders, type NameHolder } from '#lib/catalog/models/store.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError } from '#lib/platform/errors.ts'

export type Claim = { readonly name: string; readonly field: string }

export function aliasClaims(aliases: readonly string[]): Claim[] {
  return aliases.map((name, i) => ({ name, field: `aliases[${i}]` }))
}

/**
 * Refuses with 409 and the fields whose names are taken. With `movesAliases`, aliases of other models are not: these are
 * returned. The caller holds the lock on names.
 */
export async function takeNames(
  tx: Tx,
  claims: readonly Claim[],
  taker: { readonly modelId: string | null; readonly movesAliases: boolean },
): Promise<readonly NameHolder[]> {
  const holders = await findNameHolders(
    tx,
    claims.map(({ name }) => name),
  )
  const others = holders.filter(({ modelId, isAlias }) => !isAlias || modelId !== taker.modelId)
  const inTheWay = taker.movesAliases ? others.filter(({ isAlias }) => !isAlias) : others
  const errors = claims.flatMap(({ name, field }) => {
    const holder = inTheWay.find((other) => other.name === name)
    return holder ? [{ field, message: wordsOf(holder) }] : []
  })
  const [first] = errors
  if (first) throw new AppError('conflict', first.message, { errors })
  return others
}

function wordsOf({ name, model, isAlias }: NameHolder): string {
  return isAlias ? `${name} is an alias of ${model} already.` : `There is a model named ${name} already.`
}
