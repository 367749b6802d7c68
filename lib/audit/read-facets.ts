/** Who and what is in the audit log: what a page offers to filter it by. */
import { actionsInLog, actorsInLog, targetTypesInLog, type ActorFacet } from '#lib/audit/facet-store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import { forbidden } from '#lib/platform/errors.ts'

export type AuditFacets = {
  readonly actors: readonly ActorFacet[]
  readonly actions: readonly string[]
  readonly targetTypes: readonly string[]
}

export async function readAuditFacets({ sql }: Context, actor: Actor): Promise<AuditFacets> {
  if (!may(actor, 'audit.read')) throw forbidden('Only admins and auditors read the audit log.')
  const [actors, actions, targetTypes] = await Promise.all([actorsInLog(sql), actionsInLog(sql), targetTypesInLog(sql)])
  return { actors, actions, targetTypes }
}
