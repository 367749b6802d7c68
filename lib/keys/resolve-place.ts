/**
 * Where a new key belongs: whose it is, in which team, project and workload, under which profile. The body of a request is
 * never believed about that: every id in it is looked up and held against what the caller may use. Someone who may not
 * know whether a team or person exists is told the same for both.
 */
import { isAdmin, type Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { CreateKeyInput, KeyKind } from '#lib/keys/contract.ts'
import {
  findDefaultProfile,
  findPerson,
  findProfile,
  findProject,
  findTeam,
  findTeamNamed,
  findWorkload,
  type PersonRow,
  type ProfileRow,
  type ProjectRow,
  type TeamRow,
  type WorkloadRow,
} from '#lib/keys/place-store.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, type FieldError } from '#lib/platform/errors.ts'
import { profilePolicy, type ProfilePolicy } from '#lib/policy/contract.ts'

export type KeyPlace = {
  /** Who owns a personal key; null for every other kind. */
  readonly owner: PersonRow | null
  /** Whose keys are counted together: the owner, or the person who makes a key for something else. */
  readonly personId: string | null
  /** Who answers for a workload that is made along with its key. */
  readonly responsibleUserId: string | null
  readonly team: TeamRow
  readonly project: ProjectRow | null
  /** Null where the kind needs none, or where it is made along with the key. */
  readonly workload: WorkloadRow | null
  readonly profile: { readonly id: string; readonly name: string; readonly policy: ProfilePolicy }
}

type Input = Pick<CreateKeyInput, 'kind' | 'ownerId' | 'teamId' | 'projectId' | 'workloadId' | 'profileId'>

/** Kinds whose principal is a workload. */
export const workloadKinds: readonly KeyKind[] = ['app', 'agent', 'service', 'ci']

/** Team of automation that names none. */
const platformTeam = 'Platform'

export async function resolvePlace(tx: Tx, actor: Actor, input: Input): Promise<KeyPlace> {
  const caller = actor.kind === 'user' ? await findPerson(tx, actor.id) : null
  const owner = input.kind === 'personal' ? await ownerOf(tx, actor, caller, input.ownerId) : null
  const responsibleUserId = owner === null ? await responsibleFor(tx, actor, input) : null
  const workload = input.workloadId === undefined ? null : await workloadFor(tx, actor, input.workloadId, input.kind)
  const project = input.projectId === undefined ? null : await projectFor(tx, actor, input.projectId)
  const team = await teamOf(tx, actor, { asked: input.teamId, owner, caller, workload, project })
  checkTogether(team, owner, workload, project)
  if (!may(actor, 'key.create', { teamId: team.id, ownerUserId: owner?.id ?? null })) throw notInTeam()
  const profile = await profileOf(tx, actor, input.profileId, owner ?? caller)
  return {
    owner,
    personId: owner?.id ?? caller?.id ?? null,
    responsibleUserId,
    team,
    project: project ?? workload?.project ?? null,
    workload,
    profile: { id: profile.id, name: profile.name, policy: profilePolicy.parse(profile.policy) },
  }
}

async function ownerOf(
  tx: Tx,
  actor: Actor,
  caller: PersonRow | null,
  ownerId: string | undefined,
): Promise<PersonRow> {
  if (caller && (ownerId === undefined || ownerId === caller.id)) return caller
  if (ownerId === undefined) throw forbidden('A token has no personal keys. Name the person with ownerId.')
  if (!may(actor, 'key.create_for_other')) throw forbidden('You may create personal keys for yourself only.')
  const owner = await findPerson(tx, ownerId)
  if (!owner) throw invalid({ field: 'ownerId', message: 'There is no person with this id.' })
  if (owner.status !== 'active')
    throw invalid({ field: 'ownerId', message: `This person's account is ${owner.status}.` })
  return owner
}

async function responsibleFor(tx: Tx, actor: Actor, { kind, ownerId }: Input): Promise<string | null> {
  const callerId = actor.kind === 'user' ? actor.id : null
  if (ownerId === undefined || ownerId === callerId) return callerId
  if (!isAdmin(actor)) throw forbidden('You may not create keys in the name of somebody else.')
  if (kind === 'team')
    throw invalid({ field: 'ownerId', message: 'A team key belongs to the team. Leave the owner out.' })
  const person = await findPerson(tx, ownerId)
  if (!person) throw invalid({ field: 'ownerId', message: 'There is no person with this id.' })
  return person.id
}

async function workloadFor(tx: Tx, actor: Actor, workloadId: string, kind: KeyKind): Promise<WorkloadRow> {
  if (!workloadKinds.includes(kind))
    throw invalid({ field: 'workloadId', message: `A ${kind} key belongs to no workload.` })
  const workload = await findWorkload(tx, workloadId)
  if (!workload || !may(actor, 'workload.read', { teamId: workload.teamId, ownerUserId: workload.ownerUserId })) {
    throw invalid({ field: 'workloadId', message: 'There is no workload with this id that you may use.' })
  }
  if (workload.kind !== kind) throw invalid({ field: 'kind', message: `This workload is of kind ${workload.kind}.` })
  return workload
}

async function projectFor(tx: Tx, actor: Actor, projectId: string): Promise<ProjectRow> {
  const project = await findProject(tx, projectId)
  if (!project || !may(actor, 'project.read', { teamId: project.teamId })) {
    throw invalid({ field: 'projectId', message: 'There is no project with this id that you may use.' })
  }
  return project
}

type TeamClues = {
  readonly asked: string | undefined
  readonly owner: PersonRow | null
  readonly caller: PersonRow | null
  readonly workload: WorkloadRow | null
  readonly project: ProjectRow | null
}

async function teamOf(tx: Tx, actor: Actor, { asked, owner, caller, workload, project }: TeamClues): Promise<TeamRow> {
  const wanted = asked ?? workload?.teamId ?? project?.teamId
  if (wanted !== undefined) {
    const team = await findTeam(tx, wanted)
    if (team) return team
    throw isAdmin(actor) ? invalid({ field: 'teamId', message: 'There is no team with this id.' }) : notInTeam()
  }
  const person = owner ?? caller
  const team = person ? await primaryTeam(tx, person) : await findTeamNamed(tx, platformTeam)
  if (!team)
    throw invalid({ field: 'teamId', message: person ? 'No team is set for this person. Name one.' : 'Name a team.' })
  return team
}

async function primaryTeam(tx: Tx, person: PersonRow): Promise<TeamRow | null> {
  const teamId = person.primaryTeamId ?? person.teamIds[0]
  return teamId === undefined ? null : findTeam(tx, teamId)
}

function checkTogether(
  team: TeamRow,
  owner: PersonRow | null,
  workload: WorkloadRow | null,
  project: ProjectRow | null,
): void {
  const errors: FieldError[] = []
  if (owner && !owner.teamIds.includes(team.id) && owner.primaryTeamId !== team.id) {
    errors.push({ field: 'teamId', message: 'The owner does not belong to this team.' })
  }
  if (workload && workload.teamId !== team.id)
    errors.push({ field: 'workloadId', message: 'This workload belongs to another team.' })
  if (project && project.teamId !== team.id)
    errors.push({ field: 'projectId', message: 'This project belongs to another team.' })
  if (team.status !== 'active') errors.push({ field: 'teamId', message: `This team is ${team.status}.` })
  if (project && project.status !== 'active')
    errors.push({ field: 'projectId', message: `This project is ${project.status}.` })
  if (workload && workload.status !== 'active')
    errors.push({ field: 'workloadId', message: `This workload is ${workload.status}.` })
  if (errors.length > 0) throw invalid(...errors)
}

async function profileOf(
  tx: Tx,
  actor: Actor,
  asked: string | undefined,
  person: PersonRow | null,
): Promise<ProfileRow> {
  const own = person?.profileId ?? null
  if (asked !== undefined && asked !== own && !isAdmin(actor))
    throw forbidden('You may use your own access profile only.')
  const profileId = asked ?? own
  const profile = profileId === null ? await findDefaultProfile(tx) : await findProfile(tx, profileId)
  if (profile && profile.archivedAt === null) return profile
  throw invalid({ field: 'profileId', message: 'There is no access profile to create this key on.' })
}

// Said the same for a team that does not exist: who may not see it can't tell.
function notInTeam(): AppError {
  return forbidden('You may create keys in your own teams only.')
}

function invalid(...errors: FieldError[]): AppError {
  return new AppError('validation_failed', 'The key cannot be created like this.', { errors })
}
