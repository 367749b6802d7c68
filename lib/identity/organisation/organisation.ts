/** The organisation itself, and what it has decided for all. */
import * as z from 'zod'
import { catalogSubject, unpricedModels } from '#lib/catalog/contract.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { OrganisationView, updateOrganisationInput } from '#lib/identity/organisation/contract.ts'
import {
  findOrganisation,
  lockOrganisation,
  updateOrganisationFields,
  type OrganisationRow,
} from '#lib/identity/organisation/store.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export async function readOrganisation({ db }: Pick<Context, 'db'>, actor: Actor): Promise<OrganisationView> {
  if (!may(actor, 'organisation.read')) throw forbidden('The organisation is for people with a role here.')
  return viewOf(await existing(db))
}

export async function updateOrganisation(
  context: Context,
  actor: Actor,
  input: z.output<typeof updateOrganisationInput>,
): Promise<OrganisationView> {
  if (!may(actor, 'organisation.write')) throw forbidden('Only admins change what holds for the whole organisation.')
  return changePolicy(context, actor, async (tx) => {
    await lockOrganisation(tx)
    const row = await existing(tx)
    const { isEmpty, before, after } = changedFields(row, input)
    if (isEmpty) return { result: viewOf(row), subjects: [], audit: null }
    await updateOrganisationFields(tx, row.id, input)
    return {
      result: viewOf(await existing(tx)),
      // It travels with the catalogue, which every call has in hand.
      subjects: [catalogSubject],
      audit: {
        action: 'organisation.update',
        targetType: 'organisation',
        targetId: row.id,
        targetName: row.name,
        summary: summaryOf(input),
        before,
        after,
      },
    }
  })
}

function summaryOf({ unpricedModels: what }: z.output<typeof updateOrganisationInput>): string {
  return what === 'flag'
    ? 'had calls of models without a price served and flagged'
    : 'had calls of models without a price refused'
}

async function existing(db: Db | Tx): Promise<OrganisationRow> {
  const row = await findOrganisation(db)
  if (!row) throw notFound('organisation')
  return row
}

function viewOf({ id, name, timeZone, unpricedModels: what }: OrganisationRow): OrganisationView {
  return { id, name, timeZone, unpricedModels: z.enum(unpricedModels).parse(what) }
}
