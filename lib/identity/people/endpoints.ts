/** /me, /users, and quarantine of people, teams and workloads. */
import * as z from 'zod'
import { me, quarantineEffect, updateUserInput, user } from '#lib/identity/people/contract.ts'
import { quarantine, release } from '#lib/identity/people/quarantine.ts'
import { readMe } from '#lib/identity/people/read-me.ts'
import type { QuarantineKind } from '#lib/identity/people/store.ts'
import { listUsers, listUsersQuery, readUser, updateUser } from '#lib/identity/people/users.ts'
import type { Action } from '#lib/identity/rules/permissions.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'
import { quarantineInput, releaseInput } from '#lib/quarantine/contract.ts'

const byId = z.object({ id: z.string() })

export const meEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/me',
    summary: 'Who am I, and what may I do',
    tag: 'People',
    action: 'me.read',
    response: me,
    handle: ({ context, actor }) => readMe(context, actor),
  }),
]

export const userEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/users',
    summary: 'List the people whom you may see',
    tag: 'People',
    action: 'user.read',
    query: listUsersQuery,
    response: pageSchema(user),
    handle: ({ context, actor, query }) => listUsers(context, actor, query),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/users/{id}',
    summary: 'Read a person',
    tag: 'People',
    action: 'user.read',
    params: byId,
    response: user,
    handle: ({ context, actor, params }) => readUser(context, actor, params.id),
  }),
  defineEndpoint({
    method: 'PATCH',
    path: '/users/{id}',
    summary: 'Disable or enable an account',
    tag: 'People',
    action: 'user.write',
    description: 'Disabling ends the person’s sessions and stops their keys on the next call.',
    params: byId,
    body: updateUserInput,
    response: user,
    handle: ({ context, actor, params, body }) => updateUser(context, actor, params.id, body),
  }),
  ...quarantineEndpoints('user', '/users', { quarantine: 'user.quarantine', release: 'user.quarantine' }),
]

export const teamQuarantineEndpoints = quarantineEndpoints('team', '/teams', {
  quarantine: 'team.quarantine',
  release: 'team.quarantine',
})

export const workloadQuarantineEndpoints = quarantineEndpoints('workload', '/workloads', {
  quarantine: 'workload.quarantine',
  release: 'workload.release',
})

function quarantineEndpoints(
  kind: QuarantineKind,
  path: `/${string}`,
  actions: { quarantine: Action; release: Action },
) {
  return [
    defineEndpoint({
      method: 'POST',
      path: `${path}/{id}/quarantine`,
      summary: `Stop every key of a ${kind} at once`,
      tag: 'Quarantine',
      action: actions.quarantine,
      params: byId,
      body: quarantineInput,
      response: quarantineEffect,
      handle: ({ context, actor, params, body }) => quarantine(context, actor, { kind, id: params.id, ...body }),
    }),
    defineEndpoint({
      method: 'POST',
      path: `${path}/{id}/release`,
      summary: `Let a quarantined ${kind} go on`,
      tag: 'Quarantine',
      action: actions.release,
      params: byId,
      body: releaseInput,
      response: quarantineEffect,
      handle: ({ context, actor, params, body }) => release(context, actor, { kind, id: params.id, ...body }),
    }),
  ]
}
