/** Who am I: for the portal's pages, and for a script that wants to know what its token may do. */
import type { Actor } from '#lib/identity/contract.ts'
import type { MeView } from '#lib/identity/people/contract.ts'
import { findOrganisation, findUser } from '#lib/identity/people/store.ts'
import { mayAnywhere, permissions, type Action } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'

export async function readMe({ db }: Context, actor: Actor): Promise<MeView> {
  const [organisation, person] = await Promise.all([
    findOrganisation(db),
    actor.kind === 'user' ? findUser(db, actor.id) : null,
  ])
  return {
    id: actor.id,
    kind: actor.kind,
    name: actor.name,
    email: actor.email,
    roles: [...actor.roles],
    profile: person?.profile ?? null,
    primaryTeam: person?.primaryTeam ?? null,
    teams: person?.memberships.map(({ isLead, team }) => ({ ...team, isLead })) ?? [],
    organisation: organisation ?? { name: 'Gatehouse', timeZone: 'UTC', contactName: '', contactMail: '' },
    may: actions.filter((action) => mayAnywhere(actor, action)),
  }
}

const actions = Object.keys(permissions) as Action[]
