/** Projects: work of one team in one environment. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import type { createProjectInput, ProjectView, updateProjectInput } from '#lib/identity/organisation/contract.ts'
import {
  countLiveKeys,
  findProject,
  findProjects,
  findTeam,
  insertProject,
  updateProjectFields,
  type ProjectRow,
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

export const listProjectsQuery = pageQueryOf({
  sorts: ['name', '-name', 'createdAt', '-createdAt'],
  filters: ['status', 'team', 'environment'],
})

export async function listProjects(
  context: Context,
  actor: Actor,
  query: z.output<typeof listProjectsQuery>,
): Promise<Page<ProjectView>> {
  const { filter, q } = query
  const rows = await findProjects(
    context.db,
    [
      visibleProjects(actor),
      {
        status: filter.status ? { in: filter.status } : { not: 'archived' },
        teamId: filter.team && { in: filter.team },
        environment: filter.environment && { in: filter.environment },
        name: q ? { contains: likeText(q), mode: 'insensitive' } : undefined,
      },
    ],
    keysetOf(query),
  )
  return pageOf(rows, query, { itemOf: viewOf, positionOf: (row) => positionIn(row, query.sort) })
}

export async function readProject(context: Context, actor: Actor, id: string): Promise<ProjectView> {
  const row = await findProject(context.db, id, visibleProjects(actor))
  if (!row) throw notFound('project')
  return viewOf(row)
}

export async function createProject(
  context: Context,
  actor: Actor,
  input: z.output<typeof createProjectInput>,
): Promise<ProjectView> {
  const nowMs = context.clock.nowMs()
  const id = newId('proj', nowMs)
  return refusingDuplicates(duplicateName, () =>
    changePolicy(context, actor, async (tx) => {
      const team = await findTeam(tx, input.teamId)
      const isVisible = team !== null && may(actor, 'team.read', { teamId: team.id })
      if (!isVisible || team.status === 'archived')
        throw invalidField('teamId', 'There is no team with this id that you may use.')
      if (!may(actor, 'project.write', { teamId: team.id }))
        throw forbidden('Ask the lead of the team, or an admin, for a project.')
      await insertProject(tx, { id, ...input, createdAt: new Date(nowMs) })
      const made = await existing(tx, id)
      const audit = {
        ...aboutProject('project.create', made),
        summary: `created project ${made.name} in ${team.name}`,
        after: input,
      }
      return { result: viewOf(made), subjects: [`project:${id}`], audit }
    }),
  )
}

export async function updateProject(
  context: Context,
  actor: Actor,
  id: string,
  input: z.output<typeof updateProjectInput>,
): Promise<ProjectView> {
  return refusingDuplicates(duplicateName, () =>
    changePolicy(context, actor, async (tx) => {
      const before = await writable(tx, actor, id)
      await updateProjectFields(tx, id, input)
      const after = await existing(tx, id)
      const changes = changedFields(before, input)
      if (changes.isEmpty) return { result: viewOf(after), subjects: [], audit: null }
      const audit = { ...aboutProject('project.update', after), summary: `changed project ${after.name}`, ...changes }
      return { result: viewOf(after), subjects: [`project:${id}`], audit }
    }),
  )
}

export async function archiveProject(context: Context, actor: Actor, id: string): Promise<void> {
  await changePolicy(context, actor, async (tx) => {
    const before = await writable(tx, actor, id)
    const keys = await countLiveKeys(tx, { projectId: id })
    if (keys > 0)
      throw new AppError(
        'conflict',
        `${before.name} still has ${keys} ${keys === 1 ? 'key' : 'keys'}. Revoke or move them first.`,
      )
    if (before.status === 'archived') return { result: undefined, subjects: [], audit: null }
    await updateProjectFields(tx, id, { status: 'archived' })
    const change = { before: { status: before.status }, after: { status: 'archived' } }
    const audit = { ...aboutProject('project.archive', before), summary: `archived project ${before.name}`, ...change }
    return { result: undefined, subjects: [`project:${id}`], audit }
  })
}

function visibleProjects(actor: Actor) {
  return visibleWhere(visibleRows(actor, 'project.read'), { inTeams: (ids) => ({ teamId: { in: [...ids] } }) })
}

async function existing(tx: Tx, id: string): Promise<ProjectRow> {
  const row = await findProject(tx, id)
  if (!row) throw notFound('project')
  return row
}

async function writable(tx: Tx, actor: Actor, id: string): Promise<ProjectRow> {
  const row = await findProject(tx, id, visibleProjects(actor))
  if (!row) throw notFound('project')
  if (!may(actor, 'project.write', { teamId: row.team.id }))
    throw forbidden('Only the lead of the team and admins change its projects.')
  return row
}

const duplicateName = { field: 'name', message: 'The team has a project with this name already.' }

function aboutProject(action: string, { id, name }: { readonly id: string; readonly name: string }) {
  return { action, targetType: 'project', targetId: id, targetName: name }
}

function viewOf({ createdAt, ...row }: ProjectRow): ProjectView {
  return { ...row, createdAt: createdAt.toISOString() }
}
