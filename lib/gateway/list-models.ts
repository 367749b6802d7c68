/**
 * GET …/models and …/models/{id}: what this key may use, as the caller's clients read it. The list has models by name
 * only: with aliases in it, the pickers of clients would show every model twice.
 */
import { resolveModel } from '#lib/catalog/rules/resolve-model.ts'
import type { GatewayPorts } from '#lib/gateway/gateway-ports.ts'
import type { Identified } from '#lib/gateway/grants.ts'
import { judgeKey } from '#lib/gateway/judge-key.ts'
import { allowedModels } from '#lib/gateway/plan-call.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import type { Arrival } from '#lib/gateway/usage-event.ts'

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
  const judged = await judgeKey(ports.grants, identified, keyText, arrival)
  if (judged.kind === 'refused') return judged
  const { grant, catalog } = judged

  const { format } = arrival.route
  const models = allowedModels(grant, catalog, arrival.clientIp ?? '', arrival.atMs)
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
