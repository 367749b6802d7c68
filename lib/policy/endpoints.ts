/** /api/v1/profiles */
import * as z from 'zod'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'
import { archiveProfile, createProfile, updateProfile } from '#lib/policy/change-profiles.ts'
import { createProfileInput, guardrailsView, patchProfileInput, profileView } from '#lib/policy/contract.ts'
import { readGuardrails } from '#lib/policy/read-guardrails.ts'
import { listProfiles, listProfilesQuery, readProfile } from '#lib/policy/read-profiles.ts'

const tag = 'Access profiles'
const params = z.object({ id: z.string().max(64) })

export const profileEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/profiles',
    summary: 'List access profiles',
    tag,
    action: 'profile.read',
    query: listProfilesQuery,
    response: pageSchema(profileView),
    handle: ({ context, actor, query }) => listProfiles(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/profiles',
    summary: 'Create an access profile',
    tag,
    action: 'profile.write',
    status: 201,
    body: createProfileInput,
    response: profileView,
    handle: ({ context, actor, body }) => createProfile(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/profiles/{id}',
    summary: 'Read an access profile',
    tag,
    action: 'profile.read',
    params,
    response: profileView,
    handle: ({ context, actor, params: { id } }) => readProfile(context, actor, id),
  }),
  defineEndpoint({
    method: 'PATCH',
    path: '/profiles/{id}',
    summary: 'Change an access profile',
    tag,
    action: 'profile.write',
    description: '`version` is the one that the change was made on; 409 where another is in force.',
    params,
    body: patchProfileInput,
    response: profileView,
    handle: ({ context, actor, params: { id }, body }) => updateProfile(context, actor, id, body),
  }),
  defineEndpoint({
    method: 'DELETE',
    path: '/profiles/{id}',
    summary: 'Archive an access profile that nobody is on',
    tag,
    action: 'profile.write',
    status: 204,
    params,
    response: z.void(),
    handle: ({ context, actor, params: { id } }) => archiveProfile(context, actor, id),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/profiles/{id}/guardrails',
    summary: 'What a new key may have on this profile; `mine` is your own',
    tag,
    action: 'profile.use',
    params,
    response: guardrailsView,
    handle: ({ context, actor, params: { id } }) => readGuardrails(context, actor, id),
  }),
]
