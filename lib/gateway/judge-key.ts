/** Whether a key itself may call, for answers that no admission stands before. */
import type { CatalogSnapshot } from '#lib/catalog/snapshot.ts'
import type { Grants, Identified } from '#lib/gateway/grants.ts'
import { denied } from '#lib/gateway/plan-call.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import type { Arrival } from '#lib/gateway/usage-event.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { authorise, authoriseOrigin } from '#lib/policy/rules/authorise.ts'

export type JudgedKey =
  | { readonly kind: 'may'; readonly grant: Grant; readonly catalog: CatalogSnapshot }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** By facts that are in force: a revoked key gets nothing, whatever this process remembers. */
export async function judgeKey(
  grants: Grants,
  identified: Identified,
  keyText: string,
  arrival: Arrival,
): Promise<JudgedKey> {
  let catalog = await grants.catalog()
  let { grant } = identified
  if (!(await grants.inForce(grant, catalog))) {
    await grants.refresh(identified.digest)
    catalog = await grants.catalog()
    const again = await grants.identify(keyText)
    if (!again)
      return { kind: 'refused', refusal: { code: 'invalid_api_key', message: 'This key is not known any more.' } }
    grant = again.grant
  }
  const target = {
    address: arrival.clientIp ?? '',
    endpoint: arrival.route.endpoint,
    modelName: null,
    providerName: null,
    region: null,
    upstream: null,
  }
  const verdict = authorise(grant, target, arrival.atMs)
  if (!verdict.allowed) return denied(verdict)
  const barred = arrival.browserOrigin === null ? null : authoriseOrigin(grant, arrival.browserOrigin)
  if (barred) return { kind: 'refused', refusal: { code: 'endpoint_not_allowed', message: barred.message } }
  return { kind: 'may', grant, catalog }
}
