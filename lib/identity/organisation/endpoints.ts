/** /business-units, /cost-centres, /teams, /projects, /workloads. */
import * as z from 'zod'
import {
  archiveTeam, createTeam, listTeams, listTeamsQuery, readTeam, updateTeam,
} from '#lib/identity/organisation/teams.ts'
import {
  archiveProject, createProject, listProjects, listProjectsQuery, readProject, updateProject,
} from '#lib/identity/organisation/projects.ts'
import {
  archiveWorkload, createWorkload, listWorkloads, listWorkloadsQuery, readWorkload, updateWorkload,
} from '#lib/identity/organisation/workloads.ts'
import {
  createBusinessUnit, listBusinessUnits, listBusinessUnitsQuery, readBusinessUnit, updateBusinessUnit,
} from '#lib/identity/organisation/business-units.ts'
import {
  createCostCentre, listCostCentres, listCostCentresQuery, readCostCentre, updateCostCentre,
} from '#lib/identity/organisation/cost-centres.ts'
import {
  businessUnit, costCentre, createBusinessUnitInput, createCostCentreInput, createProjectInput, createTeamInput,
  createWorkloadInput, project, team, updateBusinessUnitInput, updateCostCentreInput, updateProjectInput, updateTeamInput,
  updateWorkloadInput, workload,
} from '#lib/identity/organisation/contract.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'

const byId = z.object({ id: z.string() })
const byCode = z.object({ code: z.string() })
const nothing = z.void()

export const teamEndpoints = [
  defineEndpoint({
    method: 'GET', path: '/teams', summary: 'List the teams that you may see', tag: 'Organisation', action: 'team.read',
    query: listTeamsQuery, response: pageSchema(team),
    handle: ({ context, actor, query }) => listTeams(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST', path: '/teams', summary: 'Create a team', tag: 'Organisation', action: 'team.write', status: 201,
    body: createTeamInput, response: team,
    handle: ({ context, actor, body }) => createTeam(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET', path: '/teams/{id}', summary: 'Read a team', tag: 'Organisation', action: 'team.read',
    params: byId, response: team,
    handle: ({ context, actor, params }) => readTeam(context, actor, params.id),
  }),
  defineEndpoint({
    method: 'PATCH', path: '/teams/{id}', summary: 'Change a team', tag: 'Organisation', action: 'team.write',
    params: byId, body: updateTeamInput, response: team,
    handle: ({ context, actor, params, body }) => updateTeam(context, actor, params.id, body),
  }),
  defineEndpoint({
    method: 'DELETE', path: '/teams/{id}', summary: 'Archive a team that has no live key', tag: 'Organisation',
    action: 'team.write', status: 204, params: byId, response: nothing,
    handle: ({ context, actor, params }) => archiveTeam(context, actor, params.id),
  }),
]

export const projectEndpoints = [
  defineEndpoint({
    method: 'GET', path: '/projects', summary: 'List the projects that you may see', tag: 'Organisation', action: 'project.read',
    query: listProjectsQuery, response: pageSchema(project),
    handle: ({ context, actor, query }) => listProjects(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST', path: '/projects', summary: 'Create a project in a team', tag: 'Organisation', action: 'project.write',
    status: 201, body: createProjectInput, response: project,
    handle: ({ context, actor, body }) => createProject(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET', path: '/projects/{id}', summary: 'Read a project', tag: 'Organisation', action: 'project.read',
    params: byId, response: project,
    handle: ({ context, actor, params }) => readProject(context, actor, params.id),
  }),
  defineEndpoint({
    method: 'PATCH', path: '/projects/{id}', summary: 'Change a project', tag: 'Organisation', action: 'project.write',
    params: byId, body: updateProjectInput, response: project,
    handle: ({ context, actor, params, body }) => updateProject(context, actor, params.id, body),
  }),
  defineEndpoint({
    method: 'DELETE', path: '/projects/{id}', summary: 'Archive a project that has no live key', tag: 'Organisation',
    action: 'project.write', status: 204, params: byId, response: nothing,
    handle: ({ context, actor, params }) => archiveProject(context, actor, params.id),
  }),
]

export const workloadEndpoints = [
  defineEndpoint({
    method: 'GET', path: '/workloads', summary: 'List the apps, agents, services and CI jobs that you may see',
    tag: 'Organisation', action: 'workload.read', query: listWorkloadsQuery, response: pageSchema(workload),
    handle: ({ context, actor, query }) => listWorkloads(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST', path: '/workloads', summary: 'Create a workload in a team', tag: 'Organisation',
    action: 'workload.create', status: 201, body: createWorkloadInput, response: workload,
    handle: ({ context, actor, body }) => createWorkload(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET', path: '/workloads/{id}', summary: 'Read a workload', tag: 'Organisation', action: 'workload.read',
    params: byId, response: workload,
    handle: ({ context, actor, params }) => readWorkload(context, actor, params.id),
  }),
  defineEndpoint({
    method: 'PATCH', path: '/workloads/{id}', summary: 'Change a workload', tag: 'Organisation', action: 'workload.write',
    params: byId, body: updateWorkloadInput, response: workload,
    handle: ({ context, actor, params, body }) => updateWorkload(context, actor, params.id, body),
  }),
  defineEndpoint({
    method: 'DELETE', path: '/workloads/{id}', summary: 'Archive a workload that has no live key', tag: 'Organisation',
    action: 'workload.write', status: 204, params: byId, response: nothing,
    handle: ({ context, actor, params }) => archiveWorkload(context, actor, params.id),
  }),
]

export const businessUnitEndpoints = [
  defineEndpoint({
    method: 'GET', path: '/business-units', summary: 'List business units', tag: 'Organisation', action: 'business_unit.read',
    query: listBusinessUnitsQuery, response: pageSchema(businessUnit),
    handle: ({ context, actor, query }) => listBusinessUnits(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST', path: '/business-units', summary: 'Create a business unit', tag: 'Organisation',
    action: 'business_unit.write', status: 201, body: createBusinessUnitInput, response: businessUnit,
    handle: ({ context, actor, body }) => createBusinessUnit(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET', path: '/business-units/{id}', summary: 'Read a business unit', tag: 'Organisation',
    action: 'business_unit.read', params: byId, response: businessUnit,
    handle: ({ context, actor, params }) => readBusinessUnit(context, actor, params.id),
  }),
  defineEndpoint({
    method: 'PATCH', path: '/business-units/{id}', summary: 'Change or archive a business unit', tag: 'Organisation',
    action: 'business_unit.write', params: byId, body: updateBusinessUnitInput, response: businessUnit,
    handle: ({ context, actor, params, body }) => updateBusinessUnit(context, actor, params.id, body),
  }),
  defineEndpoint({
    method: 'DELETE', path: '/business-units/{id}', summary: 'Archive a business unit without teams', tag: 'Organisation',
    action: 'business_unit.write', status: 204, params: byId, response: nothing,
    handle: async ({ context, actor, params }) => {
      await updateBusinessUnit(context, actor, params.id, { archived: true })
    },
  }),
]

export const costCentreEndpoints = [
  defineEndpoint({
    method: 'GET', path: '/cost-centres', summary: 'List cost centres', tag: 'Organisation', action: 'cost_centre.read',
    query: listCostCentresQuery, response: pageSchema(costCentre),
    handle: ({ context, actor, query }) => listCostCentres(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST', path: '/cost-centres', summary: 'Create a cost centre', tag: 'Organisation',
    action: 'cost_centre.write', status: 201, body: createCostCentreInput, response: costCentre,
    handle: ({ context, actor, body }) => createCostCentre(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET', path: '/cost-centres/{code}', summary: 'Read a cost centre', tag: 'Organisation',
    action: 'cost_centre.read', params: byCode, response: costCentre,
    handle: ({ context, actor, params }) => readCostCentre(context, actor, params.code),
  }),
  defineEndpoint({
    method: 'PATCH', path: '/cost-centres/{code}', summary: 'Change or archive a cost centre', tag: 'Organisation',
    action: 'cost_centre.write', params: byCode, body: updateCostCentreInput, response: costCentre,
    handle: ({ context, actor, params, body }) => updateCostCentre(context, actor, params.code, body),
  }),
  defineEndpoint({
    method: 'DELETE', path: '/cost-centres/{code}', summary: 'Archive a cost centre without teams', tag: 'Organisation',
    action: 'cost_centre.write', status: 204, params: byCode, response: nothing,
    handle: async ({ context, actor, params }) => {
      await updateCostCentre(context, actor, params.code, { archived: true })
    },
  }),
]
