/** /api/v1/teams/{id}/members */
import * as z from 'zod'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'
import { listMembers, listMembersQuery } from '#lib/reports/list-members.ts'
import { memberView } from '#lib/reports/members-contract.ts'

export const memberEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/teams/{id}/members',
    summary: 'The people of a team with their keys, what they spent in it, and when they called last',
    description: 'Whoever leads the team sees all of them; a member sees themself.',
    tag: 'Organisation',
    action: 'team.read',
    params: z.object({ id: z.string().max(64) }),
    query: listMembersQuery,
    response: pageSchema(memberView),
    handle: ({ context, actor, params: { id }, query }) => listMembers(context, actor, id, query),
  }),
]
