/**
 * GET …/models and …/models/{id}: what this key may use, as the caller's clients read it. The list has models by name
 * only: with aliases in it, the pickers of clients would show every model twice.
 */
import { resolveModel } from '#lib/catalog/rules/resolve-model.ts'
import type { GatewayPorts } from '#lib/gateway/handle-call.ts'
import type { Identified } from '#lib/gateway/grants.ts'
import { allowedModels, denied } from '#lib/gateway/plan-call.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import type { Arrival } from '#lib/gateway/usage-event.ts'
import { authorise, authoriseOrigin } from '#lib/policy/rules/authorise.ts'

type Answer =
  | { readonly kind: 'listed'; readonly body: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Lists cost nothing and count against nothing, but a revoked key lists nothing either. */
export async function listModels(
  ports: GatewayPorts,
  identified: Identified,
  keyText: string,
  arrival: Arrival,
  id: string | null,
): Promise<Answer> {
  let catalog = await ports.grants.catalog()
  let { grant } = identified
  if (!(await ports.grants.inForce(grant, catalog))) {
    await ports.grants.refresh(identified.digest)
    catalog = await ports.grants.catalog()
    const again = await ports.grants.identify(keyText)
    if (!again)
      return { kind: 'refused', refusal: { code: 'invalid_api_key', message: 'This key is not known any more.' } }
    grant = again.grant
  }
  const target = {
    address: arrival.clientIp ?? '',
    endpoint: 'models' as const,
    modelName: null,
    providerName: null,
    region: null,
    upstream: null,
  }
  const verdict = authorise(grant, target, arrival.atMs)
  if (!verdict.allowed) return denied(verdict)
  const barred = arrival.browserOrigin === null ? null : authoriseOrigin(grant, arrival.browserOrigin)
  if (barred) return { kind: 'refused', refusal: { code: 'endpoint_not_allowed', message: barred.message } }

  const { format } = arrival.route
  const models = allowedModels(grant, catalog)
  if (id === null) return { kind: 'listed', body: format.modelList(models) }
  const model = resolveModel(catalog, id)?.model
  if (model && models.includes(model)) return { kind: 'listed', body: format.modelPage(model) }
  return {
    kind: 'refused',
    refusal: {
      code: 'model_not_found',
      message: `The model "${id.slice(0, 80)}" does not exist or this key may not use it. GET /v1/models lists what it may use.`,
      param: 'model',
    },
  }
}
