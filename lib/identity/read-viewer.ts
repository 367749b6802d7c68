/** Names that belong to an actor: the organisation, the primary team, the teams that the person leads. */
import type { Actor } from '#lib/identity/contract.ts'
import { findOrganisationName, findTeamNames } from '#lib/identity/viewer-store.ts'
import type { Context } from '#lib/platform/context.ts'

type Named = { readonly id: string; readonly name: string }

export type ViewerNames = {
  readonly organisation: string
  /** Primary team first. */
  readonly teams: readonly Named[]
  readonly leadOf: readonly Named[]
}

export async function readViewer({ db }: Context, actor: Actor): Promise<ViewerNames> {
  const [organisation, found] = await Promise.all([findOrganisationName(db), findTeamNames(db, actor.teamIds)])
  const byId = new Map(found.map((team) => [team.id, team]))
  const named = (ids: readonly string[]) => ids.flatMap((id) => byId.get(id) ?? [])
  return { organisation: organisation ?? 'Gatehouse', teams: named(actor.teamIds), leadOf: named(actor.leadOf) }
}
