/** Teams: where people, projects, workloads and keys belong, and whose cost centre pays. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import type { createTeamInput, TeamView, updateTeamInput } from '#lib/identity/organisation/contract.ts'
import {
  countLiveKeys,
  findBusinessUnit,
  findCostCentre,
  findTeam,
  findTeams,
  insertTeam,
  updateTeamFields,
  type TeamRow,
} from '#lib/identity/organisation/store.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import { may, visibleRows } from '#lib/identity/rules/permissions.ts'
import { visibleWhere } from '#lib/identity/rules/visible-where.ts'
import { keysetOf, positionIn } from '#lib/management/keyset.ts'
import { likeText, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import { invalidField, refusingDuplicates } from '#lib/management/unique.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { newId } from '#lib/platform/ids.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export const listTeamsQuery = pageQueryOf({
  sorts: ['name', '-name', 'createdAt', '-createdAt'],
  filters: ['status', 'businessUnit', 'costCentre'],
})

export async function listTeams(
  context: Context,
  actor: Actor,
  query: z.output<typeof listTeamsQuery>,
): Promise<Page<TeamView>> {
  const { filter, q } = query
  const rows = await findTeams(
    context.db,
    [
      visibleTeams(actor),
      {
        status: filter.status ? { in: filter.status } : { not: 'archived' },
        businessUnitId: filter.businessUnit && { in: filter.businessUnit },
        costCentreCode: filter.costCentre && { in: filter.costCentre },
        name: q ? { contains: likeText(q), mode: 'insensitive' } : undefined,
      },
    ],
    keysetOf(query),
  )
  return pageOf(rows, query, { itemOf: viewOf, positionOf: (row) => positionIn(row, query.sort) })
}

export async function readTeam(context: Context, actor: Actor, id: string): Promise<TeamView> {
  const row = await findTeam(context.db, id, visibleTeams(actor))
  if (!row) throw notFound('team')
  return viewOf(row)
}

export async function createTeam(
  context: Context,
  actor: Actor,
  input: z.output<typeof createTeamInput>,
): Promise<TeamView> {
  if (!may(actor, 'team.write')) throw forbidden('Only admins create teams.')
  const nowMs = context.clock.nowMs()
  const id = newId('team', nowMs)
  return refusingDuplicates(duplicateName, () =>
    changePolicy(context, actor, async (tx) => {
      await checkLinks(tx, input)
      const { costCentre, ...fields } = input
      await insertTeam(tx, id, { ...fields, costCentreCode: costCentre }, new Date(nowMs))
      const made = await existing(tx, id)
      const audit = { ...aboutTeam('team.create', made), summary: `created team ${made.name}`, after: input }
      return { result: viewOf(made), subjects: [`team:${id}`], audit }
    }),
  )
}

export async function updateTeam(
  context: Context,
  actor: Actor,
  id: string,
  input: z.output<typeof updateTeamInput>,
): Promise<TeamView> {
  return refusingDuplicates(duplicateName, () =>
    changePolicy(context, actor, async (tx) => {
      const before = await writable(tx, actor, id)
      await checkLinks(tx, input)
      const { costCentre, ...fields } = input
      await updateTeamFields(tx, id, { ...fields, costCentreCode: costCentre })
      const after = await existing(tx, id)
      const changes = changedFields(
        {
          name: before.name,
          businessUnitId: before.businessUnit?.id ?? null,
          costCentre: before.costCentre?.code ?? null,
        },
        input,
      )
      if (changes.isEmpty) return { result: viewOf(after), subjects: [], audit: null }
      const audit = { ...aboutTeam('team.update', after), summary: `changed team ${after.name}`, ...changes }
      return { result: viewOf(after), subjects: [`team:${id}`], audit }
    }),
  )
}

/** A team that nothing lives in any more leaves the lists; its history stays. */
export async function archiveTeam(context: Context, actor: Actor, id: string): Promise<void> {
  await changePolicy(context, actor, async (tx) => {
    const before = await writable(tx, actor, id)
    const keys = await countLiveKeys(tx, { teamId: id })
    if (keys > 0)
      throw new AppError(
        'conflict',
        `${before.name} still has ${keys} ${keys === 1 ? 'key' : 'keys'}. Revoke or move them first.`,
      )
    if (before.status === 'archived') return { result: undefined, subjects: [], audit: null }
    await updateTeamFields(tx, id, { status: 'archived' })
    const change = { before: { status: before.status }, after: { status: 'archived' } }
    const audit = { ...aboutTeam('team.archive', before), summary: `archived team ${before.name}`, ...change }
    return { result: undefined, subjects: [`team:${id}`], audit }
  })
}

function visibleTeams(actor: Actor) {
  return visibleWhere(visibleRows(actor, 'team.read'), { inTeams: (ids) => ({ id: { in: [...ids] } }) })
}

async function existing(tx: Tx, id: string): Promise<TeamRow> {
  const row = await findTeam(tx, id)
  if (!row) throw notFound('team')
  return row
}

/** Not to be seen: as if it were not there. To be seen and not to be changed: said so. */
async function writable(tx: Tx, actor: Actor, id: string): Promise<TeamRow> {
  const row = await findTeam(tx, id, visibleTeams(actor))
  if (!row) throw notFound('team')
  if (!may(actor, 'team.write', { teamId: id })) throw forbidden('Only admins change teams.')
  return row
}

type Links = { readonly businessUnitId?: string | null | undefined; readonly costCentre?: string | null | undefined }

async function checkLinks(tx: Tx, { businessUnitId, costCentre }: Links): Promise<void> {
  if (businessUnitId) {
    const unit = await findBusinessUnit(tx, businessUnitId)
    if (!unit || unit.archivedAt) throw invalidField('businessUnitId', 'There is no business unit with this id.')
  }
  if (costCentre) {
    const centre = await findCostCentre(tx, costCentre)
    if (!centre || centre.archivedAt) throw invalidField('costCentre', 'There is no cost centre with this code.')
  }
}

const duplicateName = { field: 'name', message: 'There is a team with this name already.' }

function aboutTeam(action: string, { id, name }: { readonly id: string; readonly name: string }) {
  return { action, targetType: 'team', targetId: id, targetName: name }
}

function viewOf({ members, _count, createdAt, ...row }: TeamRow): TeamView {
  return { ...row, members: _count.members, leads: members.map(({ user }) => user), createdAt: createdAt.toISOString() }
}
