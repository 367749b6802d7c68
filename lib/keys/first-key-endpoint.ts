/** /api/v1/me/first-key: beside the person rather than the keys, since nobody names what is made. */
import * as z from 'zod'
import { mintedKey } from '#lib/keys/contract.ts'
import { issueFirstKey } from '#lib/keys/issue-first-key.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'

export const firstKeyEndpoint = defineEndpoint({
  method: 'POST',
  path: '/me/first-key',
  summary: 'Issue my first personal key, where my access profile does so by itself',
  description:
    'Its text is told in this answer only. `issued` is null for everyone who has, or ever had, a personal key.',
  tag: 'Me',
  action: 'key.create',
  response: z.object({ issued: mintedKey.nullable() }),
  handle: async ({ context, actor }) => ({ issued: await issueFirstKey(context, actor) }),
})
