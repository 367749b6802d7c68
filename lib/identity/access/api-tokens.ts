/**
 * Tokens for automation on the management API. The text is shown once; what is kept is its digest under the pepper, which
 * the database does not hold.
 */
import type * as z from 'zod'
import type {
  ApiTokenView,
  createApiTokenInput,
  newApiToken,
  updateApiTokenInput,
} from '#lib/identity/access/contract.ts'
import {
  findToken,
  findTokens,
  insertToken,
  renameToken,
  revokeTokenRow,
  type TokenRow,
} from '#lib/identity/access/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { apiTokenDigest, newApiTokenText } from '#lib/identity/rules/api-token-text.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { keysetOf, positionIn } from '#lib/management/keyset.ts'
import { likeText, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import { invalidField } from '#lib/management/unique.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { forbidden, notFound } from '#lib/platform/errors.ts'
import { newId } from '#lib/platform/ids.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

const defaultLifetimeMs = 365 * 86_400_000
const longestLifetimeMs = 10 * defaultLifetimeMs

export const listApiTokensQuery = pageQueryOf({
  sorts: ['-createdAt', 'createdAt', 'name', '-name'],
  filters: ['status'],
})

export async function listApiTokens(
  context: Context,
  actor: Actor,
  query: z.output<typeof listApiTokensQuery>,
): Promise<Page<ApiTokenView>> {
  mustRead(actor)
  const nowMs = context.clock.nowMs()
  const { filter, q } = query
  const rows = await findTokens(
    context.db,
    [
      filter.status ? { OR: filter.status.map((status) => statusCondition(status, new Date(nowMs))) } : {},
      q ? { name: { contains: likeText(q), mode: 'insensitive' } } : {},
    ],
    keysetOf(query),
  )
  return pageOf(rows, query, { itemOf: (row) => viewOf(row, nowMs), positionOf: (row) => positionIn(row, query.sort) })
}

export async function readApiToken(context: Context, actor: Actor, id: string): Promise<ApiTokenView> {
  mustRead(actor)
  return viewOf(await existing(context.db, id), context.clock.nowMs())
}

export async function createApiToken(
  context: Context,
  actor: Actor,
  input: z.output<typeof createApiTokenInput>,
): Promise<z.input<typeof newApiToken>> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  const expiresAt = expiryOf(input.expiresAt, nowMs)
  const id = newId('tok', nowMs)
  const text = newApiTokenText()
  const roles = [...new Set(input.roles)]
  return changePolicy(context, actor, async (tx) => {
    await insertToken(tx, {
      id,
      name: input.name,
      digest: apiTokenDigest(text, context.config.pepper),
      last4: text.slice(-4),
      roles,
      createdBy: actor.id,
      createdAt: new Date(nowMs),
      expiresAt,
    })
    const made = await existing(tx, id)
    const audit = {
      ...aboutToken('api_token.create', made),
      summary: `created API token ${made.name}`,
      after: { roles, expiresAt },
    }
    return { result: { ...viewOf(made, nowMs), token: text }, subjects: [], audit }
  })
}

export async function updateApiToken(
  context: Context,
  actor: Actor,
  id: string,
  { name }: z.output<typeof updateApiTokenInput>,
): Promise<ApiTokenView> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const before = await existing(tx, id)
    if (before.name === name) return { result: viewOf(before, nowMs), subjects: [], audit: null }
    await renameToken(tx, id, name)
    const change = { before: { name: before.name }, after: { name } }
    const audit = {
      ...aboutToken('api_token.update', { id, name }),
      summary: `renamed API token ${before.name}`,
      ...change,
    }
    return { result: viewOf({ ...before, name }, nowMs), subjects: [], audit }
  })
}

/** It is refused from the next request on: each one looks it up. */
export async function revokeApiToken(context: Context, actor: Actor, id: string): Promise<void> {
  mustWrite(actor)
  const now = new Date(context.clock.nowMs())
  await changePolicy(context, actor, async (tx) => {
    const before = await existing(tx, id)
    if (before.revokedAt) return { result: undefined, subjects: [], audit: null }
    await revokeTokenRow(tx, id, now)
    const audit = {
      ...aboutToken('api_token.revoke', before),
      summary: `revoked API token ${before.name}`,
      after: { revokedAt: now },
    }
    return { result: undefined, subjects: [], audit }
  })
}

function expiryOf(given: string | null | undefined, nowMs: number): Date | null {
  if (given === null) return null
  const expiresAt = new Date(given ?? nowMs + defaultLifetimeMs)
  if (expiresAt.getTime() <= nowMs) throw invalidField('expiresAt', 'Choose a moment in the future.')
  if (expiresAt.getTime() > nowMs + longestLifetimeMs)
    throw invalidField('expiresAt', 'Choose a moment within ten years, or null for never.')
  return expiresAt
}

function mustRead(actor: Actor): void {
  if (!may(actor, 'api_token.read')) throw forbidden('Only admins and auditors see API tokens.')
}

function mustWrite(actor: Actor): void {
  if (!may(actor, 'api_token.write')) throw forbidden('Only admins create and revoke API tokens.')
}

async function existing(db: Db | Tx, id: string): Promise<TokenRow> {
  const row = await findToken(db, id)
  if (!row) throw notFound('API token')
  return row
}

function statusCondition(status: string, now: Date): Record<string, unknown> {
  if (status === 'revoked') return { revokedAt: { not: null } }
  if (status === 'expired') return { revokedAt: null, expiresAt: { lte: now } }
  if (status === 'active') return { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] }
  return { id: { in: [] } }
}

function aboutToken(action: string, { id, name }: { readonly id: string; readonly name: string }) {
  return { action, targetType: 'api_token', targetId: id, targetName: name }
}

function viewOf(row: TokenRow, nowMs: number): ApiTokenView {
  const isExpired = row.expiresAt !== null && row.expiresAt.getTime() <= nowMs
  return {
    ...row,
    status: row.revokedAt ? 'revoked' : isExpired ? 'expired' : 'active',
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }
}
