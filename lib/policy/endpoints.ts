/** /api/v1/profiles */
import * as z from 'zod'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'
import { archiveProfile, createProfile, restoreProfile, updateProfile } from '#lib/policy/change-profiles.ts'
import {
  listScopePolicies,
  listScopePoliciesQuery,
  patchScopePolicy,
  readScopePolicy,
} from '#lib/policy/change-layers.ts'
import {
  createProfileInput,
  guardrailsView,
  narrowingScopes,
  patchProfileInput,
  patchScopePolicyInput,
  profileDifference,
  profileVersionView,
  profileView,
  scopePolicyView,
} from '#lib/policy/contract.ts'
import { previewAnswer, previewInput } from '#lib/policy/preview-contract.ts'
import { previewProfile } from '#lib/policy/preview-profile.ts'
import { listVersions, listVersionsQuery, readDifference } from '#lib/policy/read-versions.ts'
import { readGuardrails } from '#lib/policy/read-guardrails.ts'
import { listProfiles, listProfilesQuery, readProfile } from '#lib/policy/read-profiles.ts'

const tag = 'Access profiles'
const params = z.object({ id: z.string().max(64) })
const versionParams = params.extend({ version: z.coerce.number().int().min(1).max(2_147_483_647) })

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
  defineEndpoint({
    method: 'POST',
    path: '/profiles/{id}/preview',
    summary: 'What a change would have done to the calls of the last 30 days, before it is made',
    tag,
    action: 'profile.write',
    description:
      'Replays recorded calls against the policy in force and the new one, with today’s catalogue and prices, some keys at a time: ask again with `nextCursor` until it is null. Limits and budgets are compared, not replayed. Changes nothing.',
    params,
    body: previewInput,
    response: previewAnswer,
    handle: ({ context, actor, params: { id }, body }) => previewProfile(context, actor, id, body),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/profiles/{id}/versions',
    summary: 'List the versions of an access profile, newest first',
    tag,
    action: 'profile.read',
    params,
    query: listVersionsQuery,
    response: pageSchema(profileVersionView),
    handle: ({ context, actor, params: { id }, query }) => listVersions(context, actor, id, query),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/profiles/{id}/versions/{version}/diff',
    summary: 'What one version changed, against the one before it or against another',
    tag,
    action: 'profile.read',
    params: versionParams,
    query: z.strictObject({ against: z.coerce.number().int().min(1).max(2_147_483_647).optional() }),
    response: profileDifference,
    handle: ({ context, actor, params: { id, version }, query }) =>
      readDifference(context, actor, id, { version, against: query.against }),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/profiles/{id}/versions/{version}/restore',
    summary: 'Put the values of an earlier version back, as a new version',
    tag,
    action: 'profile.write',
    description: '`version` in the body is the one in force; 409 where another is. The name of the profile stays.',
    params: versionParams,
    body: z.strictObject({ version: z.int().min(1) }),
    response: profileView,
    handle: ({ context, actor, params: { id, version }, body }) =>
      restoreProfile(context, actor, id, version, body.version),
  }),
]

const scopeParams = z.object({ scopeType: z.enum(narrowingScopes), scopeId: z.string().max(64) })

export const scopePolicyEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/scope-policies',
    summary: 'List what the organisation, teams and projects narrow for every key in them',
    tag,
    action: 'scope_policy.read',
    query: listScopePoliciesQuery,
    response: pageSchema(scopePolicyView),
    handle: ({ context, actor, query }) => listScopePolicies(context, actor, query),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/scope-policies/{scopeType}/{scopeId}',
    summary: 'Read what one scope narrows; version 0 where it never said anything',
    tag,
    action: 'scope_policy.read',
    params: scopeParams,
    response: scopePolicyView,
    handle: ({ context, actor, params: place }) => readScopePolicy(context, actor, place),
  }),
  defineEndpoint({
    method: 'PATCH',
    path: '/scope-policies/{scopeType}/{scopeId}',
    summary: 'Narrow what keys of a scope may reach; null takes a part away',
    description:
      'Every layer has to allow, so this can only narrow. `version` is the one that the change was made on; 409 where another is in force.',
    tag,
    action: 'scope_policy.write',
    params: scopeParams,
    body: patchScopePolicyInput,
    response: scopePolicyView,
    handle: ({ context, actor, params: place, body }) => patchScopePolicy(context, actor, place, body),
  }),
]
