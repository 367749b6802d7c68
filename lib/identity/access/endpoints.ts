/** /profile-mappings and /api-tokens. */
import * as z from 'zod'
import {
  createApiToken,
  listApiTokens,
  listApiTokensQuery,
  readApiToken,
  revokeApiToken,
  updateApiToken,
} from '#lib/identity/access/api-tokens.ts'
import {
  apiToken,
  createApiTokenInput,
  createProfileMappingInput,
  newApiToken,
  profileMapping,
  updateApiTokenInput,
  updateProfileMappingInput,
} from '#lib/identity/access/contract.ts'
import {
  createProfileMapping,
  deleteProfileMapping,
  listProfileMappings,
  listProfileMappingsQuery,
  readProfileMapping,
  updateProfileMapping,
} from '#lib/identity/access/profile-mappings.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'

const byId = z.object({ id: z.string() })
const nothing = z.void()

export const profileMappingEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/profile-mappings',
    summary: 'List what groups give',
    tag: 'Access',
    action: 'profile_mapping.read',
    query: listProfileMappingsQuery,
    response: pageSchema(profileMapping),
    handle: ({ context, actor, query }) => listProfileMappings(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/profile-mappings',
    summary: 'Map a group to team, profile and roles',
    tag: 'Access',
    action: 'profile_mapping.write',
    status: 201,
    body: createProfileMappingInput,
    response: profileMapping,
    handle: ({ context, actor, body }) => createProfileMapping(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/profile-mappings/{id}',
    summary: 'Read a mapping',
    tag: 'Access',
    action: 'profile_mapping.read',
    params: byId,
    response: profileMapping,
    handle: ({ context, actor, params }) => readProfileMapping(context, actor, params.id),
  }),
  defineEndpoint({
    method: 'PATCH',
    path: '/profile-mappings/{id}',
    summary: 'Change what a group gives',
    tag: 'Access',
    action: 'profile_mapping.write',
    params: byId,
    body: updateProfileMappingInput,
    response: profileMapping,
    handle: ({ context, actor, params, body }) => updateProfileMapping(context, actor, params.id, body),
  }),
  defineEndpoint({
    method: 'DELETE',
    path: '/profile-mappings/{id}',
    summary: 'Remove a mapping',
    tag: 'Access',
    action: 'profile_mapping.write',
    status: 204,
    params: byId,
    response: nothing,
    handle: ({ context, actor, params }) => deleteProfileMapping(context, actor, params.id),
  }),
]

export const apiTokenEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/api-tokens',
    summary: 'List API tokens',
    tag: 'Access',
    action: 'api_token.read',
    query: listApiTokensQuery,
    response: pageSchema(apiToken),
    handle: ({ context, actor, query }) => listApiTokens(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/api-tokens',
    summary: 'Create an API token, shown once',
    tag: 'Access',
    action: 'api_token.write',
    status: 201,
    body: createApiTokenInput,
    response: newApiToken,
    handle: ({ context, actor, body }) => createApiToken(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/api-tokens/{id}',
    summary: 'Read an API token, without its text',
    tag: 'Access',
    action: 'api_token.read',
    params: byId,
    response: apiToken,
    handle: ({ context, actor, params }) => readApiToken(context, actor, params.id),
  }),
  defineEndpoint({
    method: 'PATCH',
    path: '/api-tokens/{id}',
    summary: 'Rename an API token',
    tag: 'Access',
    action: 'api_token.write',
    params: byId,
    body: updateApiTokenInput,
    response: apiToken,
    handle: ({ context, actor, params, body }) => updateApiToken(context, actor, params.id, body),
  }),
  defineEndpoint({
    method: 'DELETE',
    path: '/api-tokens/{id}',
    summary: 'Revoke an API token',
    tag: 'Access',
    action: 'api_token.write',
    status: 204,
    params: byId,
    response: nothing,
    handle: ({ context, actor, params }) => revokeApiToken(context, actor, params.id),
  }),
]
