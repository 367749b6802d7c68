/** Workloads: apps, agents, services and CI jobs that call by themselves. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import type { createWorkloadInput, updateWorkloadInput, WorkloadView } from '#lib/identity/organisation/contract.ts'
import {
  countLiveKeys,
  findProject,
  findTeam,
  findWorkload,
  findWorkloads,
  insertWorkload,
  isTeamMember,
  personExists,
  updateWorkloadFields,
  type WorkloadRow,
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

export const listWorkloadsQuery = pageQueryOf({
  sorts: ['name', '-name', 'createdAt', '-createdAt'],
  filters: ['status', 'kind', 'team', 'project', 'owner', 'environment'],
})

export async function listWorkloads(
  context: Context,
  actor: Actor,
  query: z.output<typeof listWorkloadsQuery>,
): Promise<Page<WorkloadView>> {
  const { filter, q } = query
  const oneOf = (values: readonly string[] | undefined) => values && { in: [...values] }
  const rows = await findWorkloads(
    context.db,
    [
      visibleWorkloads(actor),
      {
        status: oneOf(filter.status) ?? { not: 'archived' },
        kind: oneOf(filter.kind),
        teamId: oneOf(filter.team),
        projectId: oneOf(filter.project),
        ownerUserId: oneOf(filter.owner),
        environment: oneOf(filter.environment),
        name: q ? { contains: likeText(q), mode: 'insensitive' } : undefined,
      },
    ],
    keysetOf(query),
  )
  return pageOf(rows, query, { itemOf: viewOf, positionOf: (row) => positionIn(row, query.sort) })
}

export async function readWorkload(context: Context, actor: Actor, id: string): Promise<WorkloadView> {
  const row = await findWorkload(context.db, id, visibleWorkloads(actor))
  if (!row) throw notFound('workload')
  return viewOf(row)
}

export async function createWorkload(
  context: Context,
  actor: Actor,
  input: z.output<typeof createWorkloadInput>,
): Promise<WorkloadView> {
  const nowMs = context.clock.nowMs()
  const id = newId('wl', nowMs)
  return refusingDuplicates(duplicateName, () =>
    changePolicy(context, actor, async (tx) => {
      const team = await findTeam(tx, input.teamId)
      const isVisible = team !== null && may(actor, 'team.read', { teamId: team.id })
      if (!isVisible || team.status === 'archived')
        throw invalidField('teamId', 'There is no team with this id that you may use.')
      if (!may(actor, 'workload.create', { teamId: team.id }))
        throw forbidden('Only developers of this team create workloads in it.')
      // Whoever makes it answers for it, unless they say who does.
      const ownerUserId =
        input.ownerUserId === undefined && actor.kind === 'user' ? actor.id : (input.ownerUserId ?? null)
      await checkLinks(tx, actor, team.id, { ...input, ownerUserId })
      await insertWorkload(tx, { id, ...input, ownerUserId, createdAt: new Date(nowMs) })
      const made = await existing(tx, id)
      const audit = {
        ...aboutWorkload('workload.create', made),
        summary: `created ${made.kind} ${made.name} in ${team.name}`,
        after: { ...input, ownerUserId },
      }
      return { result: viewOf(made), subjects: [`workload:${id}`], audit }
    }),
  )
}

export async function updateWorkload(
  context: Context,
  actor: Actor,
  id: string,
  input: z.output<typeof updateWorkloadInput>,
): Promise<WorkloadView> {
  return refusingDuplicates(duplicateName, () =>
    changePolicy(context, actor, async (tx) => {
      const before = await writable(tx, actor, id)
      await checkLinks(tx, actor, before.team.id, input)
      await updateWorkloadFields(tx, id, input)
      const after = await existing(tx, id)
      const { name, environment } = before
      const changes = changedFields(
        { name, environment, projectId: before.project?.id ?? null, ownerUserId: before.owner?.id ?? null },
        input,
      )
      if (changes.isEmpty) return { result: viewOf(after), subjects: [], audit: null }
      const audit = {
        ...aboutWorkload('workload.update', after),
        summary: `changed ${after.kind} ${after.name}`,
        ...changes,
      }
      return { result: viewOf(after), subjects: [`workload:${id}`], audit }
    }),
  )
}

export async function archiveWorkload(context: Context, actor: Actor, id: string): Promise<void> {
  await changePolicy(context, actor, async (tx) => {
    const before = await writable(tx, actor, id)
    const keys = await countLiveKeys(tx, { workloadId: id })
    if (keys > 0)
      throw new AppError(
        'conflict',
        `${before.name} still has ${keys} ${keys === 1 ? 'key' : 'keys'}. Revoke them first.`,
      )
    if (before.status === 'archived') return { result: undefined, subjects: [], audit: null }
    await updateWorkloadFields(tx, id, { status: 'archived' })
    const change = { before: { status: before.status }, after: { status: 'archived' } }
    const audit = {
      ...aboutWorkload('workload.archive', before),
      summary: `archived ${before.kind} ${before.name}`,
      ...change,
    }
    return { result: undefined, subjects: [`workload:${id}`], audit }
  })
}

function visibleWorkloads(actor: Actor) {
  return visibleWhere(visibleRows(actor, 'workload.read'), {
    inTeams: (ids) => ({ teamId: { in: [...ids] } }),
    ownedBy: (userId) => ({ ownerUserId: userId }),
  })
}

async function existing(tx: Tx, id: string): Promise<WorkloadRow> {
  const row = await findWorkload(tx, id)
  if (!row) throw notFound('workload')
  return row
}

async function writable(tx: Tx, actor: Actor, id: string): Promise<WorkloadRow> {
  const row = await findWorkload(tx, id, visibleWorkloads(actor))
  if (!row) throw notFound('workload')
  const target = { teamId: row.team.id, ownerUserId: row.owner?.id ?? null }
  if (!may(actor, 'workload.write', target))
    throw forbidden('Only its owner, the lead of the team and admins change a workload.')
  return row
}

type Links = { readonly projectId?: string | null | undefined; readonly ownerUserId?: string | null | undefined }

async function checkLinks(tx: Tx, actor: Actor, teamId: string, { projectId, ownerUserId }: Links): Promise<void> {
  if (projectId) {
    const project = await findProject(tx, projectId)
    if (project?.team.id !== teamId || project.status === 'archived') {
      throw invalidField('projectId', 'The team has no project with this id.')
    }
  }
  // Admins may put anybody in charge; others somebody of the same team, so that nobody is handed what they cannot see.
  if (!ownerUserId || ownerUserId === actor.id) return
  const isFit = may(actor, 'user.write')
    ? await personExists(tx, ownerUserId)
    : await isTeamMember(tx, teamId, ownerUserId)
  if (!isFit) throw invalidField('ownerUserId', 'The team has no member with this id.')
}

const duplicateName = { field: 'name', message: 'The team has a workload of this kind with this name already.' }

function aboutWorkload(action: string, { id, name }: { readonly id: string; readonly name: string }) {
  return { action, targetType: 'workload', targetId: id, targetName: name }
}

function viewOf({ createdAt, ...row }: WorkloadRow): WorkloadView {
  return { ...row, createdAt: createdAt.toISOString() }
}
