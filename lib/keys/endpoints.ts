/** /api/v1/keys */
import * as z from 'zod'
import { changeKeyStatus, quarantineKey } from '#lib/keys/change-key-status.ts'
import {
  createKeyInput,
  keyActionInput,
  keyView,
  mintedKey,
  patchKeyInput,
  quarantinedKey,
  revokedKeys,
  revokeKeysInput,
  rotateKeyInput,
} from '#lib/keys/contract.ts'
import { effectivePolicy, getEffectivePolicy } from '#lib/keys/get-effective-policy.ts'
import { getKey } from '#lib/keys/get-key.ts'
import { callersQuery, callerView, listCallers } from '#lib/keys/list-callers.ts'
import { keyList, listKeys, listKeysQuery } from '#lib/keys/list-keys.ts'
import { revokeKeys } from '#lib/keys/revoke-keys.ts'
import { endOldSecret, rotateKey } from '#lib/keys/rotate-key.ts'
import type { KeyStep } from '#lib/keys/rules/key-status.ts'
import { updateKey } from '#lib/keys/update-key.ts'
import { quarantineInput } from '#lib/quarantine/contract.ts'
import { defineEndpoint, reply } from '#lib/management/endpoint.ts'
import { createKey } from '#lib/requests/ask-for-key.ts'
import { createdKey, pendingKey } from '#lib/requests/contract.ts'

const tag = 'Keys'
const params = z.object({ id: z.string().max(64) })

const list = defineEndpoint({
  method: 'GET',
  path: '/keys',
  summary: 'List the keys you may see',
  description:
    'With the first page come the number of keys in each view and totals over the whole result. `filter[owner]=me` is you; `filter[idleDays]=60` are active keys that made no call for 60 days.',
  tag,
  action: 'key.read',
  query: listKeysQuery,
  response: keyList,
  handle: ({ context, actor, query }) => listKeys(context, actor, query),
  csv: ({ context, actor, query }) => ({
    fileName: 'keys',
    columns: [
      'id',
      'name',
      'kind',
      'status',
      'owner',
      'team',
      'project',
      'workload',
      'profile',
      'environment',
      'spent_this_month_usd',
      'budget_usd',
      'budget_period',
      'last_used_at',
      'expires_at',
      'created_at',
    ],
    rows: csvRows((cursor) => listKeys(context, actor, { ...query, limit: 200, cursor })),
  }),
})

/** Every page of the list, as rows. */
async function* csvRows(pageAfter: (cursor: string | undefined) => ReturnType<typeof listKeys>) {
  let cursor: string | undefined
  do {
    const page = await pageAfter(cursor)
    for (const key of page.data) {
      yield [
        key.id,
        key.name,
        key.kind,
        key.status,
        key.owner?.name ?? null,
        key.team.name,
        key.project?.name ?? null,
        key.workload?.name ?? null,
        key.profile.name,
        key.environment,
        key.spentThisMonthUsd,
        key.budget?.amountUsd ?? null,
        key.budget?.period ?? null,
        key.lastUsedAt,
        key.expiresAt,
        key.createdAt,
      ]
    }
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

const create = defineEndpoint({
  method: 'POST',
  path: '/keys',
  summary: 'Create a key; its text is told in this answer only',
  description:
    'What is left out takes the default of the access profile; `null` asks for none. Beyond a maximum: 422 `guardrail_exceeded` with every maximum; where the profile lets somebody approve it, 202 with a key that waits, or with `startWithinLimits` 201 at the maximum, both with `keyRequestId`. Administrators may go beyond, which is audited.',
  tag,
  action: 'key.create',
  body: createKeyInput,
  response: createdKey,
  status: 201,
  answers: { 202: { description: 'Made, and waits for approval', schema: pendingKey } },
  handle: async ({ context, actor, body }) => {
    const key = await createKey(context, actor, body)
    return key.status === 'pending' ? reply(202, key) : key
  },
})

const revokeMany = defineEndpoint({
  method: 'POST',
  path: '/keys/revoke',
  summary: 'Revoke every key that matches a filter and that you may revoke',
  tag,
  action: 'key.revoke',
  body: revokeKeysInput,
  response: revokedKeys,
  handle: ({ context, actor, body }) => revokeKeys(context, actor, body),
})

const get = defineEndpoint({
  method: 'GET',
  path: '/keys/{id}',
  summary: 'One key',
  tag,
  action: 'key.read',
  params,
  response: keyView,
  handle: ({ context, actor, params: { id } }) => getKey(context, actor, id),
})

const patch = defineEndpoint({
  method: 'PATCH',
  path: '/keys/{id}',
  summary: 'Change a key within its access profile',
  tag,
  action: 'key.update',
  params,
  body: patchKeyInput,
  response: keyView,
  handle: ({ context, actor, params: { id }, body }) => updateKey(context, actor, id, body),
})

const rotate = defineEndpoint({
  method: 'POST',
  path: '/keys/{id}/rotate',
  summary: 'Give a key a new secret; the old one goes on for its grace',
  tag,
  action: 'key.rotate',
  params,
  body: rotateKeyInput,
  response: mintedKey,
  handle: ({ context, actor, params: { id }, body }) => rotateKey(context, actor, { id, ...body }),
})

const endSecret = defineEndpoint({
  method: 'POST',
  path: '/keys/{id}/secrets/{secretId}/end',
  summary: 'End an old secret before its grace is over',
  tag,
  action: 'key.rotate',
  params: params.extend({ secretId: z.string().max(64) }),
  body: z.strictObject({}),
  response: keyView,
  handle: ({ context, actor, params: { id, secretId } }) => endOldSecret(context, actor, { id, secretId }),
})

const step = (name: Exclude<KeyStep, 'quarantine'>, summary: string) =>
  defineEndpoint({
    method: 'POST',
    path: `/keys/{id}/${name}`,
    summary,
    tag,
    action: `key.${name}`,
    params,
    body: keyActionInput,
    response: keyView,
    handle: ({ context, actor, params: { id }, body }) => changeKeyStatus(context, actor, { id, step: name, ...body }),
  })

const quarantine = defineEndpoint({
  method: 'POST',
  path: '/keys/{id}/quarantine',
  summary: 'Quarantine a key',
  description:
    'With `dryRun` nothing changes: the answer counts what would stop. With `until` it ends by itself; a second time changes reason and end.',
  tag,
  action: 'key.quarantine',
  params,
  body: quarantineInput,
  response: quarantinedKey,
  handle: ({ context, actor, params: { id }, body }) => quarantineKey(context, actor, id, body),
})

const effective = defineEndpoint({
  method: 'GET',
  path: '/keys/{id}/effective',
  summary: 'What a key may do, with every layer’s say and the one that decides',
  tag,
  action: 'key.read',
  params,
  response: effectivePolicy,
  handle: ({ context, actor, params: { id } }) => getEffectivePolicy(context, actor, id),
})

const callers = defineEndpoint({
  method: 'GET',
  path: '/keys/{id}/callers',
  summary: 'Who calls with a key',
  tag,
  action: 'key.read',
  params,
  query: callersQuery,
  response: z.object({ data: z.array(callerView) }),
  handle: ({ context, actor, params: { id }, query }) => listCallers(context, actor, id, query),
})

export const keyEndpoints = [
  list,
  create,
  revokeMany,
  get,
  patch,
  rotate,
  endSecret,
  step('suspend', 'Suspend a key until it is resumed'),
  step('resume', 'Resume a suspended key'),
  step('revoke', 'Revoke a key for good'),
  quarantine,
  step('release', 'Release a key from quarantine'),
  effective,
  callers,
]
