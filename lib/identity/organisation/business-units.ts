/** Business units: what teams add up to. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import type {
  BusinessUnitView,
  createBusinessUnitInput,
  updateBusinessUnitInput,
} from '#lib/identity/organisation/contract.ts'
import {
  findBusinessUnit,
  findBusinessUnits,
  insertBusinessUnit,
  teamIdsOfUnit,
  updateBusinessUnitFields,
  type BusinessUnitRow,
} from '#lib/identity/organisation/store.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { keysetOf, positionIn } from '#lib/management/keyset.ts'
import { likeText, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import { refusingDuplicates } from '#lib/management/unique.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { newId } from '#lib/platform/ids.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export const listBusinessUnitsQuery = pageQueryOf({
  sorts: ['name', '-name', 'createdAt', '-createdAt'],
  filters: ['archived'],
})

export async function listBusinessUnits(
  context: Context,
  actor: Actor,
  query: z.output<typeof listBusinessUnitsQuery>,
): Promise<Page<BusinessUnitView>> {
  mustRead(actor)
  const { filter, q } = query
  const rows = await findBusinessUnits(
    context.db,
    [
      filter.archived?.includes('true') ? {} : { archivedAt: null },
      q ? { name: { contains: likeText(q), mode: 'insensitive' } } : {},
    ],
    keysetOf(query),
  )
  return pageOf(rows, query, { itemOf: viewOf, positionOf: (row) => positionIn(row, query.sort) })
}

export async function readBusinessUnit(context: Context, actor: Actor, id: string): Promise<BusinessUnitView> {
  mustRead(actor)
  return viewOf(await existing(context.db, id))
}

export async function createBusinessUnit(
  context: Context,
  actor: Actor,
  input: z.output<typeof createBusinessUnitInput>,
): Promise<BusinessUnitView> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  const id = newId('bu', nowMs)
  return refusingDuplicates(duplicateName, () =>
    changePolicy(context, actor, async (tx) => {
      await insertBusinessUnit(tx, { id, ...input, createdAt: new Date(nowMs) })
      const made = await existing(tx, id)
      const audit = {
        ...aboutUnit('business_unit.create', made),
        summary: `created business unit ${made.name}`,
        after: input,
      }
      return { result: viewOf(made), subjects: [], audit }
    }),
  )
}

export async function updateBusinessUnit(
  context: Context,
  actor: Actor,
  id: string,
  input: z.output<typeof updateBusinessUnitInput>,
): Promise<BusinessUnitView> {
  mustWrite(actor)
  const now = new Date(context.clock.nowMs())
  return refusingDuplicates(duplicateName, () =>
    changePolicy(context, actor, async (tx) => {
      const before = await existing(tx, id)
      const changes = changedFields({ name: before.name, archived: before.archivedAt !== null }, input)
      if (changes.isEmpty) return { result: viewOf(before), subjects: [], audit: null }
      if (input.archived && before._count.teams > 0) {
        throw new AppError('conflict', `${before.name} still has ${before._count.teams} teams. Move them first.`)
      }
      const archivedAt =
        input.archived === undefined ? before.archivedAt : input.archived ? (before.archivedAt ?? now) : null
      await updateBusinessUnitFields(tx, id, { name: input.name, archivedAt })
      const after = await existing(tx, id)
      const audit = {
        ...aboutUnit('business_unit.update', after),
        summary: `changed business unit ${after.name}`,
        ...changes,
      }
      // Refusals name the scope: the grants of its teams carry the name of the unit.
      const teamIds = await teamIdsOfUnit(tx, id)
      return { result: viewOf(after), subjects: teamIds.map((teamId) => `team:${teamId}` as const), audit }
    }),
  )
}

function mustRead(actor: Actor): void {
  if (!may(actor, 'business_unit.read')) throw forbidden('Your roles do not show you business units.')
}

function mustWrite(actor: Actor): void {
  if (!may(actor, 'business_unit.write')) throw forbidden('Only admins change business units.')
}

async function existing(db: Db | Tx, id: string): Promise<BusinessUnitRow> {
  const row = await findBusinessUnit(db, id)
  if (!row) throw notFound('business unit')
  return row
}

const duplicateName = { field: 'name', message: 'There is a business unit with this name already.' }

function aboutUnit(action: string, { id, name }: { readonly id: string; readonly name: string }) {
  return { action, targetType: 'business_unit', targetId: id, targetName: name }
}

function viewOf({ _count, createdAt, archivedAt, ...row }: BusinessUnitRow): BusinessUnitView {
  return {
    ...row,
    teams: _count.teams,
    createdAt: createdAt.toISOString(),
    archivedAt: archivedAt?.toISOString() ?? null,
  }
}
