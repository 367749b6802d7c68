/** Cost centres: who pays for a team, by the code that finance knows. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import type {
  CostCentreView,
  createCostCentreInput,
  updateCostCentreInput,
} from '#lib/identity/organisation/contract.ts'
import {
  findCostCentre,
  findCostCentres,
  findPeopleNames,
  insertCostCentre,
  personExists,
  updateCostCentreFields,
  type CostCentreRow,
} from '#lib/identity/organisation/store.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { keysetOf, positionIn } from '#lib/management/keyset.ts'
import { likeText, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import { invalidField, refusingDuplicates } from '#lib/management/unique.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export const listCostCentresQuery = pageQueryOf({ sorts: ['code', '-code', 'name', '-name'], filters: ['archived'] })

export async function listCostCentres(
  context: Context,
  actor: Actor,
  query: z.output<typeof listCostCentresQuery>,
): Promise<Page<CostCentreView>> {
  mustRead(actor)
  const { filter, q } = query
  const contains = q ? { contains: likeText(q), mode: 'insensitive' } : undefined
  const rows = await findCostCentres(
    context.db,
    [
      filter.archived?.includes('true') ? {} : { archivedAt: null },
      contains ? { OR: [{ name: contains }, { code: contains }] } : {},
    ],
    keysetOf(query, 'code'),
  )
  const page = pageOf(rows, query, { itemOf: (row) => row, positionOf: (row) => positionIn(row, query.sort, 'code') })
  return { ...page, data: await viewsOf(context.db, page.data) }
}

export async function readCostCentre(context: Context, actor: Actor, code: string): Promise<CostCentreView> {
  mustRead(actor)
  return viewOf(context.db, await existing(context.db, code))
}

export async function createCostCentre(
  context: Context,
  actor: Actor,
  input: z.output<typeof createCostCentreInput>,
): Promise<CostCentreView> {
  mustWrite(actor)
  const now = new Date(context.clock.nowMs())
  return refusingDuplicates({ field: 'code', message: 'There is a cost centre with this code already.' }, () =>
    changePolicy(context, actor, async (tx) => {
      await checkOwner(tx, input.ownerUserId)
      await insertCostCentre(tx, { ...input, ownerUserId: input.ownerUserId ?? null, createdAt: now })
      const made = await existing(tx, input.code)
      const audit = {
        ...aboutCentre('cost_centre.create', made),
        summary: `created cost centre ${made.code} ${made.name}`,
        after: input,
      }
      return { result: await viewOf(tx, made), subjects: [], audit }
    }),
  )
}

export async function updateCostCentre(
  context: Context,
  actor: Actor,
  code: string,
  input: z.output<typeof updateCostCentreInput>,
): Promise<CostCentreView> {
  mustWrite(actor)
  const now = new Date(context.clock.nowMs())
  return changePolicy(context, actor, async (tx) => {
    const before = await existing(tx, code)
    const { name, ownerUserId } = before
    const changes = changedFields({ name, ownerUserId, archived: before.archivedAt !== null }, input)
    if (changes.isEmpty) return { result: await viewOf(tx, before), subjects: [], audit: null }
    await checkOwner(tx, input.ownerUserId)
    if (input.archived && before._count.teams > 0) {
      throw new AppError(
        'conflict',
        `${before._count.teams} teams still belong to ${code}. Give them another cost centre first.`,
      )
    }
    const archivedAt =
      input.archived === undefined ? before.archivedAt : input.archived ? (before.archivedAt ?? now) : null
    await updateCostCentreFields(tx, code, { name: input.name, ownerUserId: input.ownerUserId, archivedAt })
    const after = await existing(tx, code)
    const audit = { ...aboutCentre('cost_centre.update', after), summary: `changed cost centre ${code}`, ...changes }
    return { result: await viewOf(tx, after), subjects: [], audit }
  })
}

function mustRead(actor: Actor): void {
  if (!may(actor, 'cost_centre.read')) throw forbidden('Your roles do not show you cost centres.')
}

function mustWrite(actor: Actor): void {
  if (!may(actor, 'cost_centre.write')) throw forbidden('Only admins change cost centres.')
}

async function existing(db: Db | Tx, code: string): Promise<CostCentreRow> {
  const row = await findCostCentre(db, code)
  if (!row) throw notFound('cost centre')
  return row
}

async function checkOwner(tx: Tx, ownerUserId: string | null | undefined): Promise<void> {
  if (ownerUserId && !(await personExists(tx, ownerUserId)))
    throw invalidField('ownerUserId', 'There is no person with this id.')
}

function aboutCentre(action: string, { code, name }: { readonly code: string; readonly name: string }) {
  return { action, targetType: 'cost_centre', targetId: code, targetName: name }
}

async function viewOf(db: Db | Tx, row: CostCentreRow): Promise<CostCentreView> {
  const [view] = await viewsOf(db, [row])
  if (!view) throw notFound('cost centre')
  return view
}

async function viewsOf(db: Db | Tx, rows: readonly CostCentreRow[]): Promise<CostCentreView[]> {
  const owners = await findPeopleNames(
    db,
    rows.flatMap(({ ownerUserId }) => ownerUserId ?? []),
  )
  const byId = new Map(owners.map((owner) => [owner.id, owner]))
  return rows.map(({ _count, ownerUserId, createdAt, archivedAt, ...row }) => ({
    ...row,
    owner: ownerUserId === null ? null : (byId.get(ownerUserId) ?? null),
    teams: _count.teams,
    createdAt: createdAt.toISOString(),
    archivedAt: archivedAt?.toISOString() ?? null,
  }))
}
